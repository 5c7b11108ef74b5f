package dev.vllmjunit.load;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Measures the driver itself while it runs. Used from the event loop only. */
final class HealthMonitor {

    private static final long BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    private final EventLoop loop;
    private final Histogram lateness = new Histogram(LONGEST_NANOS, DIGITS);
    private final Histogram lag = new Histogram(LONGEST_NANOS, DIGITS);
    private MachineTimes before = MachineTimes.now();
    private long nextBeat;
    private @Nullable ScheduledFuture<?> beats;

    HealthMonitor(EventLoop loop) {
        this.loop = loop;
    }

    void start() {
        before = MachineTimes.now();
        nextBeat = System.nanoTime() + BEAT_NANOS;
        beats = loop.scheduleAtFixedRate(this::beat, BEAT_NANOS, BEAT_NANOS, TimeUnit.NANOSECONDS);
    }

    void stop() {
        if (beats != null) {
            beats.cancel(false);
        }
    }

    void sent(long nanosLate) {
        lateness.recordValue(Math.max(0, Math.min(LONGEST_NANOS, nanosLate)));
    }

    DriverHealth health(int connections) {
        MachineTimes after = MachineTimes.now();
        return new DriverHealth(
                Lateness.of(lateness),
                Lateness.of(lag),
                after.gcNanosSince(before),
                after.compilingNanosSince(before),
                after.stealFractionSince(before),
                connections);
    }

    /** A long stall is missed by no beat: those that were due meanwhile run after it, each as late as an event would be. */
    private void beat() {
        lag.recordValue(Math.max(0, Math.min(LONGEST_NANOS, System.nanoTime() - nextBeat)));
        nextBeat += BEAT_NANOS;
    }
}
