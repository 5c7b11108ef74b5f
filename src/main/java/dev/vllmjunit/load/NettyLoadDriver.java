package dev.vllmjunit.load;

import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.workload.Schedule;
import io.netty.channel.EventLoop;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends from one event-loop thread over connections of its own that are kept alive, and takes the time of each output event as the
 * bytes leave the socket. The first driver of a JVM first talks to itself over the loopback device until the JVM's compilers are idle,
 * six seconds at most, so that no measured request pays for loading and compiling. While a run lasts it parses no JSON and allocates
 * next to nothing per event. Linux's epoll is used where it is there. Connections are opened before the clock starts, TLS handshakes
 * included, and garbage is collected then; where a request needs a further one, because it comes unexpectedly or those at hand were idle for 2 s, the opening counts
 * in its latency, as for any client. One run at a time; {@link #close} from another thread ends a run.
 */
public final class NettyLoadDriver implements LoadDriver {

    private static final long CLOSING_SECONDS = 5;

    /** Runs of this JVM: garbage is not collected in the midst of another driver's. */
    private static final AtomicInteger RUNNING = new AtomicInteger();

    private final Transport transport;
    private final EventLoop loop;
    private final Map<String, String> headers;
    private final Tls tls;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final AtomicReference<@Nullable Run> active = new AtomicReference<>();

    /** Makes a driver with a daemon thread named {@code vllm-load-…}. */
    public NettyLoadDriver() {
        this(Map.of(), Tls.ofJvm());
    }

    /**
     * The same, with headers that every request carries, too.
     *
     * @param tls for an https target
     */
    public NettyLoadDriver(Map<String, String> headers, Tls tls) {
        this(Transport.best(), headers, tls);
    }

    NettyLoadDriver(Transport transport) {
        this(transport, Map.of(), Tls.ofJvm());
    }

    private NettyLoadDriver(Transport transport, Map<String, String> headers, Tls tls) {
        this.transport = transport;
        this.headers = Map.copyOf(headers);
        this.tls = tls;
        this.loop = transport.group().next();
        WarmUp.once(transport, this);
    }

    /**
     * {@inheritDoc}
     *
     * <p>When the calling thread is interrupted, the run ends at once: what is on its way and what was not sent has failed, and the
     * thread is interrupted again.
     *
     * @throws IllegalArgumentException when the target is no {@code http(s)://host:port} or the timeout isn't above 0
     * @throws IllegalStateException when another run is going on or the driver is closed
     */
    @Override
    public LoadResult run(
            Schedule schedule, URI endpoint, Duration requestTimeout, IntConsumer progress, LongConsumer started) {
        Target target = Target.of(endpoint, schedule.path(), headers);
        if (requestTimeout.isNegative() || requestTimeout.isZero()) {
            throw new IllegalArgumentException("the request timeout is " + requestTimeout + ", but must be above 0");
        }
        if (transport.group().isShuttingDown()) {
            throw new IllegalStateException("this load driver is closed; use a new one");
        }
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "this load driver is busy with another run; wait for it or use another one");
        }
        if (RUNNING.getAndIncrement() == 0) {
            YoungGeneration.makeRoom();
        }
        try {
            return drive(new Run(transport, schedule, target, tls, requestTimeout, progress, started));
        } finally {
            active.set(null);
            busy.set(false);
            RUNNING.decrementAndGet();
        }
    }

    private LoadResult drive(Run run) {
        active.set(run);
        loop.execute(run::begin);
        try {
            run.over().get(run.longestMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            close(run, "the run was interrupted");
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            close(run, "the driver's event loop was stuck");
        }
        close(run, "the run is over");
        return run.result();
    }

    /** Closes the connections; requests that haven't ended fail. */
    private void close(Run run, String why) {
        try {
            loop.submit(() -> run.close(why)).awaitUninterruptibly(CLOSING_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException closed) {
            run.over().complete(null);
        }
    }

    /** Ends a run that is going on, closes its connections and stops the thread; waits some seconds at most. */
    @Override
    public void close() {
        Run run = active.get();
        if (run != null) {
            close(run, "the load driver was closed");
        }
        transport
                .group()
                .shutdownGracefully(0, CLOSING_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(CLOSING_SECONDS, TimeUnit.SECONDS);
    }
}
