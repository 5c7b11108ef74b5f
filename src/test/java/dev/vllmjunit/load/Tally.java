package dev.vllmjunit.load;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/** What {@link ReferenceServer} did since it was last asked, for clients that don't show its answers. Used from its event loop. */
final class Tally {

    /** Where it is asked for. */
    static final String PATH = "/tally";

    private final Histogram ttft = new Histogram(3);
    private long events;
    private long firstNanos;

    void first(long ttftNanos, long now) {
        ttft.recordValue(ttftNanos);
        firstNanos = firstNanos == 0 ? now : firstNanos;
    }

    void wrote(int more) {
        events += more;
    }

    /** Requests, events, events per second until now, mean TTFT in milliseconds; and starts again. */
    String take() {
        String said = String.format(
                Locale.ROOT,
                "%d %d %.0f %.3f",
                ttft.getTotalCount(),
                events,
                events * 1e9 / Math.max(1, System.nanoTime() - firstNanos),
                ttft.getMean() / 1e6);
        ttft.reset();
        events = 0;
        firstNanos = 0;
        return said;
    }
}
