package dev.vllmjunit.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.tls.TlsFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;

/**
 * Calls that set up, inspect and reset nodes; never a measured request. Thread-safe. Each call throws
 * {@link ControlCallException} on a refused connection, a missed deadline or a status other than 2xx.
 */
public final class ControlClient {

    private static final int UNAUTHORIZED = 401;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** One for nearly all: a client of Java 17 cannot be closed, its threads stay until the garbage collector comes by. */
    private static final HttpClient OF_JVM = client(Tls.ofJvm());

    private final Duration deadline;
    private final Map<String, String> headers;
    private final HttpClient client;

    /** With one deadline for every call. */
    public ControlClient(Duration deadline) {
        this(deadline, Map.of(), Tls.ofJvm());
    }

    /**
     * With headers that every call carries, too; they may hold credentials and are never shown.
     *
     * @param tls for https URLs
     */
    public ControlClient(Duration deadline, Map<String, String> headers, Tls tls) {
        this.deadline = deadline;
        this.headers = Map.copyOf(headers);
        this.client = tls.equals(Tls.ofJvm()) ? OF_JVM : client(tls);
    }

    private static HttpClient client(Tls tls) {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(tls.context())
                .build();
    }

    /** The body of a GET as text. */
    public String getText(URI url) {
        return send(HttpRequest.newBuilder(url).GET());
    }

    /** The body of a GET as JSON. */
    public JsonNode getJson(URI url) {
        return parse(url, getText(url));
    }

    /** The body of a POST without a body, as text. */
    public String post(URI url) {
        return send(HttpRequest.newBuilder(url).POST(HttpRequest.BodyPublishers.noBody()));
    }

    /** The body of a POST of JSON, as JSON. */
    public JsonNode postJson(URI url, JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
        return parse(url, send(request));
    }

    /** When the server says that it sent an answer, in whole seconds; the answer may be an error. */
    public Instant date(URI url) {
        HttpResponse<String> response = exchange(HttpRequest.newBuilder(url).GET());
        String date = response.headers().firstValue("Date").orElse("");
        try {
            return Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
        } catch (DateTimeParseException e) {
            throw new ControlCallException(
                    "GET " + url + " answered without a Date header that can be read: " + date, e);
        }
    }

    private String send(HttpRequest.Builder builder) {
        HttpResponse<String> response = exchange(builder);
        if (response.statusCode() / 100 != 2) {
            throw new ControlCallException(
                    call(response.request()) + " answered " + response.statusCode() + ": " + brief(response.body())
                            + remedy(response.statusCode()),
                    response.statusCode());
        }
        return response.body();
    }

    private static String call(HttpRequest request) {
        return request.method() + " " + request.uri();
    }

    private HttpResponse<String> exchange(HttpRequest.Builder builder) {
        headers.forEach(builder::setHeader);
        HttpRequest request = builder.timeout(deadline).build();
        String call = call(request);
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new ControlCallException(
                    call + " failed within " + deadline.toMillis() + " ms: " + reason(request.uri(), e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlCallException(call + " was interrupted", e);
        }
    }

    private String remedy(int status) {
        if (status != UNAUTHORIZED) {
            return "";
        }
        return headers.containsKey("Authorization")
                ? "; the bearer token was refused: correct vllm.attach.token (environment variable"
                        + " VLLM_JUNIT_ATTACH_TOKEN)"
                : "; a bearer token is asked for: set the environment variable VLLM_JUNIT_ATTACH_TOKEN, or"
                        + " vllm.attach.token";
    }

    private static JsonNode parse(URI url, String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new ControlCallException(url + " answered with something other than JSON: " + brief(body), e);
        }
    }

    private static String reason(URI url, IOException e) {
        return TlsFailure.explain(e)
                .or(() -> TlsFailure.ofSecure(url, e))
                .or(() -> e instanceof ConnectException || e instanceof HttpTimeoutException
                        ? Optional.empty()
                        : TlsFailure.ofPlain(url))
                .orElseGet(() -> what(e));
    }

    private static String what(IOException e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    private static String brief(String body) {
        return body.length() <= 300 ? body : body.substring(0, 300) + "…";
    }
}
