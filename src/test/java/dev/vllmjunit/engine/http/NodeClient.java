package dev.vllmjunit.engine.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Plain HTTP calls of a node. */
final class NodeClient {

    private final URI node;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    NodeClient(URI node) {
        this.node = node;
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(to(path).GET());
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(
                to(path).header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Server-sent events of a call, without the empty lines; the creation time is replaced by 0. */
    List<String> events(String path, String json) throws IOException, InterruptedException {
        String body = post(path, json).body();
        return body.replaceAll("\"created\":\\d+", "\"created\":0")
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(node.resolve(path)).timeout(Duration.ofSeconds(10));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static String withoutTime(String json) {
        return json.replaceAll("\"created\":\\d+", "\"created\":0");
    }
}
