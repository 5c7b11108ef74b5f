package dev.vllmjunit.router;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** Fake nodes, a router before them and a client. */
final class Stack implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(20);
    static final Duration SHORT = Duration.ofMillis(200);

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final List<FakeNode> prefill;
    final List<FakeNode> decode;
    final Router router;

    private Stack(List<FakeNode> prefill, List<FakeNode> decode, RouterConfig config) {
        this.prefill = prefill;
        this.decode = decode;
        this.router = Router.start(config);
    }

    static Stack start() {
        return start(LONG, LONG, LONG);
    }

    static Stack start(Duration prefillDeadline, Duration firstTokenDeadline, Duration idleDeadline) {
        return start(
                List.of(FakeNode.prefill(0)),
                List.of(FakeNode.decode(0)),
                prefillDeadline,
                firstTokenDeadline,
                idleDeadline);
    }

    static Stack start(List<FakeNode> prefill, List<FakeNode> decode) {
        return start(prefill, decode, LONG, LONG, LONG);
    }

    private static Stack start(
            List<FakeNode> prefill,
            List<FakeNode> decode,
            Duration prefillDeadline,
            Duration firstTokenDeadline,
            Duration idleDeadline) {
        return new Stack(
                prefill,
                decode,
                new RouterConfig(
                        prefill.stream().map(FakeNode::target).toList(),
                        decode.stream().map(FakeNode::target).toList(),
                        OptionalInt.empty(),
                        prefillDeadline,
                        firstTokenDeadline,
                        idleDeadline));
    }

    FakeNode prefill() {
        return prefill.get(0);
    }

    FakeNode decode() {
        return decode.get(0);
    }

    HttpResponse<String> complete(String body) {
        return post("/v1/completions", body, "X-Request-Id", "r-1");
    }

    HttpResponse<String> post(String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> get(String path) {
        return send(HttpRequest.newBuilder(uri(path)).GET());
    }

    URI uri(String path) {
        return router.endpoint().resolve(path);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError("the router broke the connection", e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The one timeline that is there. */
    HopTimeline timeline() {
        var timelines = router.takeTimelines();
        if (timelines.size() != 1) {
            throw new AssertionError("timelines: " + timelines);
        }
        return timelines.values().iterator().next();
    }

    @Override
    public void close() {
        router.close();
        prefill.forEach(FakeNode::close);
        decode.forEach(FakeNode::close);
    }
}
