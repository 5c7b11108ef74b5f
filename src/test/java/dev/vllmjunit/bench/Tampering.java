package dev.vllmjunit.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Stands before a node, where a router that checks nothing would: what it forwards can be altered, and its way can be waited for. */
final class Tampering implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] DONE = "{\"success\":true}".getBytes(StandardCharsets.UTF_8);
    private static final String COMPLETIONS = "/v1/completions";

    private final URI node;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(Tampering::daemon);
    private volatile Consumer<ObjectNode> requests = ignored -> {};
    private volatile Consumer<ObjectNode> params = ignored -> {};
    private volatile Consumer<ObjectNode> answers = ignored -> {};
    private final AtomicReference<Runnable> before = new AtomicReference<>(() -> {});
    private volatile UnaryOperator<String> paths = UnaryOperator.identity();
    private volatile int answersUntilBefore;

    Tampering(URI node) {
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

    /** Changes every request for a completion from now on. */
    void requests(Consumer<ObjectNode> change) {
        requests = change;
    }

    /** Changes the {@code kv_transfer_params} of every request from now on. */
    void params(Consumer<ObjectNode> change) {
        params = change;
    }

    /** Changes the {@code kv_transfer_params} of every answer from now on, as a prefill node gives them. */
    void answers(Consumer<ObjectNode> change) {
        answers = change;
    }

    /** Does something once, before the request after so many is forwarded. */
    void before(int requests, Runnable action) {
        answersUntilBefore = requests;
        before.set(action);
    }

    /** Calls other paths from now on; an empty one is answered without the node, as if it had done it. */
    void paths(UnaryOperator<String> change) {
        paths = change;
    }

    /** From now on forwards everything as it is. */
    void rest() {
        requests(ignored -> {});
        params(ignored -> {});
        answers(ignored -> {});
        paths(UnaryOperator.identity());
        before.set(() -> {});
    }

    private void forward(HttpExchange exchange) throws IOException {
        try (exchange) {
            String asked = exchange.getRequestURI().toString();
            String path = paths.apply(asked);
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (path.isEmpty()) {
                answer(exchange, 200, new ByteArrayInputStream(DONE));
            } else if (asked.startsWith(COMPLETIONS)) {
                waitFor();
                answer(exchange, path, changed(body));
            } else {
                answer(exchange, path, body);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void waitFor() {
        if (answersUntilBefore-- == 0) {
            before.getAndSet(() -> {}).run();
        }
    }

    private byte[] changed(byte[] body) throws IOException {
        if (JSON.readTree(body) instanceof ObjectNode request) {
            requests.accept(request);
            changeParams(request, params);
            return JSON.writeValueAsBytes(request);
        }
        return body;
    }

    private static void changeParams(ObjectNode message, Consumer<ObjectNode> change) {
        if (message.path("kv_transfer_params") instanceof ObjectNode object) {
            change.accept(object);
        }
    }

    private byte[] changedParams(byte[] answer) throws IOException {
        if (JSON.readTree(answer) instanceof ObjectNode object) {
            changeParams(object, answers);
            return JSON.writeValueAsBytes(object);
        }
        return answer;
    }

    /** A stream goes through as it comes. */
    private InputStream changed(HttpResponse<InputStream> answer) throws IOException {
        boolean json = answer.headers()
                .firstValue("Content-Type")
                .filter(type -> type.startsWith("application/json"))
                .isPresent();
        return json ? new ByteArrayInputStream(changedParams(answer.body().readAllBytes())) : answer.body();
    }

    private void answer(HttpExchange exchange, String path, byte[] body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.resolve(path))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (name.equalsIgnoreCase("Content-Type") || name.regionMatches(true, 0, "x-", 0, 2)) {
                request.header(name, values.get(0));
            }
        });
        // A connection of its own: a node that was stopped closes those that were kept.
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .executor(threads)
                .build();
        HttpResponse<InputStream> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        answer.headers().firstValue("Content-Type").ifPresent(type -> exchange.getResponseHeaders()
                .add("Content-Type", type));
        answer(exchange, answer.statusCode(), path.startsWith(COMPLETIONS) ? changed(answer) : answer.body());
    }

    /** As it comes: what is late must not look as if it had been sent. */
    private static void answer(HttpExchange exchange, int status, InputStream body) throws IOException {
        exchange.sendResponseHeaders(status, 0);
        byte[] some = new byte[1 << 16];
        try (InputStream in = body;
                OutputStream out = exchange.getResponseBody()) {
            for (int length = in.read(some); length >= 0; length = in.read(some)) {
                out.write(some, 0, length);
                out.flush();
            }
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "tampering");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
