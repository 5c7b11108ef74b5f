package dev.vllmjunit.load;

import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One schedule being sent. Used from the event loop, but for the constructor, {@link #over()} and, afterwards, {@link #result()}. */
@SuppressWarnings("FutureReturnValueIgnored") // timers are cancelled or harmless when late
final class Run implements Connection.Owner {

    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    /** Connections that take longer are left to the requests that need them. */
    private static final long OPENING_MILLIS = 2_000;

    /** More for each connection, and for the handshake of one that speaks TLS. */
    private static final long CONNECTION_MILLIS = 1;

    private static final long HANDSHAKE_MILLIS = 10;

    private static final long SETTLING_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final long GRACE_MILLIS = 30_000;

    private final EventLoop loop;
    private final Schedule schedule;
    private final Target target;
    private final OutgoingRequests outgoing;
    private final Duration timeout;
    private final IntConsumer progress;
    private final LongConsumer begun;
    private final ConnectionPool pool;
    private final Pacing pacing;
    private final HealthMonitor health;
    private final @Nullable Exchange[] exchanges;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private int ended;
    private boolean started;
    private boolean closed;
    private String why = "";
    private long startNanos;

    Run(
            Transport transport,
            Schedule schedule,
            Target target,
            Tls tls,
            Duration timeout,
            IntConsumer progress,
            LongConsumer begun) {
        this.loop = transport.group().next();
        this.schedule = schedule;
        this.target = target;
        this.outgoing = new OutgoingRequests(id(), target, schedule.requests());
        this.timeout = timeout;
        this.progress = progress;
        this.begun = begun;
        this.pool = new ConnectionPool(transport, target, tls, timeout, this);
        this.pacing = Pacing.of(schedule, transport, loop, this::send);
        this.health = new HealthMonitor(loop);
        this.exchanges = new Exchange[schedule.requests().size()];
    }

    private static String id() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /** Completes when every request has ended or the run was closed. */
    CompletableFuture<Void> over() {
        return over;
    }

    /** Opens connections first, so that no request pays for the client's own preparations. */
    void begin() {
        int connections = pacing.connections();
        long begunNanos = System.nanoTime();
        ScheduledFuture<?> late = loop.schedule(
                this::start,
                OPENING_MILLIS + connections * (target.secure() ? HANDSHAKE_MILLIS : CONNECTION_MILLIS),
                TimeUnit.MILLISECONDS);
        over.whenComplete((nothing, none) -> late.cancel(false));
        pool.openBeforehand(connections, () -> settle(System.nanoTime() - begunNanos));
    }

    /** A connection is open before the server has accepted it: it is given as long again as the opening took. */
    private void settle(long openingNanos) {
        loop.schedule(this::start, Math.max(SETTLING_NANOS, openingNanos), TimeUnit.NANOSECONDS);
    }

    private void start() {
        if (started) {
            return;
        }
        started = true;
        health.start();
        startNanos = System.nanoTime();
        pool.begun(startNanos);
        pacing.start(startNanos);
        begun.accept(startNanos);
        endIfAllHaveEnded();
    }

    private void send(int position, long dueNanos) {
        PlannedRequest planned = schedule.requests().get(position);
        Exchange exchange = new Exchange(planned, outgoing.requestId(planned), dueNanos);
        exchanges[position] = exchange;
        exchange.endsAt(loop.schedule(() -> timedOut(exchange), timeout.toNanos(), TimeUnit.NANOSECONDS));
        long now = System.nanoTime();
        Connection connection = pool.take(now);
        if (connection != null) {
            send(exchange, position, connection, 0);
        } else {
            pool.connect((opened, failure) -> connected(exchange, position, opened, failure, now));
        }
    }

    private void connected(
            Exchange exchange, int position, Connection connection, @Nullable Throwable failure, long askedNanos) {
        long now = System.nanoTime();
        if (failure != null) {
            end(exchange, now, Wording.connection(failure) + " " + exchange.phase());
        } else if (exchange.hasEnded()) {
            pool.giveBack(connection, now);
        } else {
            send(exchange, position, connection, now - askedNanos);
        }
    }

    private void send(Exchange exchange, int position, Connection connection, long connectingNanos) {
        connection.send(exchange, outgoing.head(position), outgoing.body(position));
        health.sent(exchange.sentNanos() - exchange.dueNanos() - connectingNanos);
    }

    @Override
    public void answered(Exchange exchange, Connection connection, long now) {
        if (connection.leavesConnectionUsable() && exchange.answer.looksWell()) {
            pool.giveBack(connection, now);
        } else {
            connection.close();
        }
        end(exchange, now, null);
    }

    @Override
    public void broke(Exchange exchange, String what) {
        end(exchange, System.nanoTime(), what + " " + exchange.phase());
    }

    private void timedOut(Exchange exchange) {
        Connection connection = exchange.connection();
        end(exchange, System.nanoTime(), "timed out after " + Wording.duration(timeout) + " " + exchange.phase());
        if (connection != null) {
            connection.close();
        }
    }

    private void end(Exchange exchange, long now, @Nullable String failure) {
        if (exchange.end(now, failure)) {
            ended++;
            report();
            pacing.ended(exchange.planned.index(), now);
            endIfAllHaveEnded();
        }
    }

    private void report() {
        try {
            progress.accept(ended);
        } catch (RuntimeException e) {
            LOG.warn("The progress callback failed; the run goes on", e);
        }
    }

    private void endIfAllHaveEnded() {
        if (ended == exchanges.length) {
            over.complete(null);
        }
    }

    /** Ends what hasn't ended, and closes all connections. What is on its way fails, what is not sent stays so. */
    void close(String reason) {
        if (closed) {
            return;
        }
        closed = true;
        started = true;
        why = reason;
        pacing.stop();
        health.stop();
        for (Exchange exchange : exchanges) {
            if (exchange != null && !exchange.hasEnded()) {
                end(exchange, System.nanoTime(), reason + " " + exchange.phase());
            }
        }
        pool.close();
        outgoing.release();
        over.complete(null);
    }

    /** No run takes longer, unless the event loop is stuck. */
    long longestMillis() {
        List<PlannedRequest> requests = schedule.requests();
        double last = requests.isEmpty()
                ? 0
                : requests.get(requests.size() - 1).intendedStart().toMillis();
        double longest = last + LongestRun.rounds(schedule) * LongestRun.roundMillis(schedule, timeout);
        return (long) Math.min(Integer.MAX_VALUE * 1_000.0, longest + GRACE_MILLIS);
    }

    /** What was seen; called when the run is over. */
    LoadResult result() {
        boolean closedLoop = schedule.arrivals() instanceof Arrivals.ClosedLoop;
        List<RequestRecord> records = new ArrayList<>();
        for (int position = 0; position < exchanges.length; position++) {
            Exchange exchange = exchanges[position];
            records.add(
                    exchange == null
                            ? unsent(schedule.requests().get(position))
                            : Verdict.of(exchange, target.url(), closedLoop));
        }
        long endNanos = records.stream().mapToLong(RequestRecord::endNanos).reduce(startNanos, Math::max);
        return new LoadResult(startNanos, endNanos, records, health.health(pool.opened()));
    }

    private RequestRecord unsent(PlannedRequest planned) {
        return Verdict.unsent(planned, outgoing.requestId(planned), startNanos, why, target.url());
    }
}
