package dev.vllmjunit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Stands before a prefill node and hands out, for every prompt, the block ids of the first one of that length. */
final class StaleBlockIds implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI node;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(StaleBlockIds::daemon);
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(threads)
            .build();
    private final Map<Integer, JsonNode> firstIds = new ConcurrentHashMap<>();

    StaleBlockIds(URI node) {
        this.node = node;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::forward);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void forward(HttpExchange exchange) throws IOException {
        try (exchange) {
            HttpRequest.Builder request = HttpRequest.newBuilder(
                            node.resolve(exchange.getRequestURI().toString()))
                    .method(
                            exchange.getRequestMethod(),
                            HttpRequest.BodyPublishers.ofByteArray(
                                    exchange.getRequestBody().readAllBytes()));
            exchange.getRequestHeaders().forEach((name, values) -> {
                if (name.equalsIgnoreCase("Content-Type")
                        || name.toLowerCase(java.util.Locale.ROOT).startsWith("x-")) {
                    request.header(name, values.get(0));
                }
            });
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            byte[] body = exchange.getRequestURI().getPath().startsWith("/v1/completions")
                    ? withStaleIds(answer.body())
                    : answer.body();
            answer.headers().firstValue("Content-Type").ifPresent(type -> exchange.getResponseHeaders()
                    .add("Content-Type", type));
            exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private byte[] withStaleIds(byte[] body) throws IOException {
        JsonNode answer = JSON.readTree(body);
        if (answer.path("kv_transfer_params") instanceof ObjectNode parameters) {
            JsonNode ids = parameters.path("remote_block_ids");
            JsonNode first = firstIds.putIfAbsent(ids.toString().split(",").length, ids);
            parameters.set("remote_block_ids", first == null ? ids : first);
        }
        return JSON.writeValueAsBytes(answer);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "stale-block-ids");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
