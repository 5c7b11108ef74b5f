package dev.vllmjunit.load;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a driver drive a canned server on its own event loop, much as it will drive a real one, until the JVM's compilers have nothing
 * more to do. They work for seconds, on a small machine on the driver's core, and would be in the first measured times otherwise;
 * and what was compiled for less than a real run does is thrown away and compiled again, in the middle of it.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final AtomicBoolean DONE = new AtomicBoolean();

    private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(6);
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(2);
    private static final int SLOTS = 64;
    private static final int REQUESTS = 640;
    /** So many per second that they are as close together as the loop can send them. */
    private static final double RATE = 20_000;
    /** Longer than one write takes, like those of long documents. */
    private static final int LONG_BODY = 150_000;

    private static final int LONG_BODY_EVERY = 16;
    /** In a row, in which the compilers worked for {@link #LITTLE_MILLIS} at most. */
    private static final int QUIET_ROUNDS = 2;

    private static final int LITTLE_MILLIS = 15;

    private static final List<Arrivals> PACINGS = List.of(
            new Arrivals.ClosedLoop(SLOTS),
            new Arrivals.ClosedLoop(1),
            new Arrivals.ConstantRate(RATE),
            new Arrivals.Conversations(SLOTS, Duration.ofMillis(1)));

    /** Three kinds, so that the compiler doesn't bind the callback to one of them. */
    private static final List<IntConsumer> CALLBACKS =
            List.of(ended -> {}, new AtomicInteger()::set, new AtomicInteger()::lazySet);

    private WarmUp() {}

    /** Compiled code belongs to the JVM: the first driver warms up for all. */
    static void once(Transport transport, NettyLoadDriver driver) {
        if (DONE.compareAndSet(false, true)) {
            ChannelFuture bound = CannedServer.start(transport).awaitUninterruptibly();
            if (bound.isSuccess()) {
                drive(driver, bound.channel());
            } else {
                LOG.info("Not warmed up: no loopback port", bound.cause());
            }
        }
    }

    private static void drive(NettyLoadDriver driver, Channel server) {
        URI endpoint = URI.create("http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort());
        long start = System.nanoTime();
        List<Schedule> schedules = PACINGS.stream().map(WarmUp::schedule).toList();
        int quiet = 0;
        for (int round = 0; quiet < QUIET_ROUNDS && System.nanoTime() - start < LONGEST_NANOS; round++) {
            long before = MachineTimes.compiledForMillis();
            IntConsumer callback = CALLBACKS.get(round % CALLBACKS.size());
            schedules.forEach(schedule -> driver.run(schedule, endpoint, LONGEST_REQUEST, callback));
            quiet = MachineTimes.compiledForMillis() - before <= LITTLE_MILLIS ? quiet + 1 : 0;
        }
        server.close().awaitUninterruptibly();
        LOG.debug("Warmed up in {} ms", (System.nanoTime() - start) / 1_000_000);
    }

    private static Schedule schedule(Arrivals arrivals) {
        byte[] small = CannedServer.request(200);
        byte[] large = CannedServer.request(LONG_BODY);
        int requests = arrivals.equals(new Arrivals.ClosedLoop(1)) ? REQUESTS / 2 : REQUESTS;
        return new Schedule(
                "warm-up",
                "/",
                arrivals,
                IntStream.range(0, requests)
                        .mapToObj(index -> request(index, index % LONG_BODY_EVERY == 0 ? large : small))
                        .toList());
    }

    private static PlannedRequest request(int index, byte[] body) {
        Duration start = Duration.ofNanos((long) (index * 1e9 / RATE));
        return new PlannedRequest(index, 0, index / 2, false, start, 1, CannedServer.EVENTS, body);
    }
}
