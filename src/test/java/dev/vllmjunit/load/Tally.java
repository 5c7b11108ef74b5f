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

    private final Histogram ttft = new Histogram(3);
    private long events;
    private long startNanos = Long.MAX_VALUE;
    private long endNanos;

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

    /** One whole answer was read by its client, which asked for it and closed its connection at these times. */
    void read(int more, long asked, long closed) {
        startNanos = Math.min(startNanos, asked);
        endNanos = Math.max(endNanos, closed);
        events += more;
    }

    /** Requests, events that were read, those per second from the first question to the last one's end, mean TTFT in milliseconds; and starts again, with an empty heap. */
    String take() {
        String said = String.format(
                Locale.ROOT,
                "%d %d %.0f %.3f",
                ttft.getTotalCount(),
                events,
                events * 1e9 / Math.max(1, endNanos - startNanos),
                ttft.getMean() / 1e6);
        ttft.reset();
        events = 0;
        startNanos = Long.MAX_VALUE;
        endNanos = 0;
        System.gc();
        return said;
    }
}
