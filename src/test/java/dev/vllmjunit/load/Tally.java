package dev.vllmjunit.load;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** What {@link ReferenceServer} did since it was last asked, for clients that don't show its answers. Used from its event loop. */
final class Tally {

    /** Where it is asked for. */
    static final String PATH = "/tally";

    /** Longer ones are a client's that has finished, or has not begun. */
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Histogram ttft = new Histogram(3);
    private long events;
    private long busyNanos;
    private long lastNanos;

    /** What {@link #take()} says of a server, as words. */
    static String[] ask(URI server) {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(PATH)).build();
        return HttpClient.newHttpClient()
                .sendAsync(request, BodyHandlers.ofString())
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .body()
                .split(" ");
    }

    void first(long ttftNanos) {
        ttft.recordValue(ttftNanos);
    }

    void wrote(int more) {
        long now = System.nanoTime();
        busyNanos += now - lastNanos < LONGEST_PAUSE_NANOS ? now - lastNanos : 0;
        lastNanos = now;
        events += more;
    }

    /** Requests, events, events per second while it wrote some, mean TTFT in milliseconds; and starts again, with an empty heap. */
    String take() {
        String said = String.format(
                Locale.ROOT,
                "%d %d %.0f %.3f",
                ttft.getTotalCount(),
                events,
                events * 1e9 / Math.max(1, busyNanos),
                ttft.getMean() / 1e6);
        ttft.reset();
        events = 0;
        busyNanos = 0;
        System.gc();
        return said;
    }
}
