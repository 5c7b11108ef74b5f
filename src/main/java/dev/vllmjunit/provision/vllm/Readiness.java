package dev.vllmjunit.provision.vllm;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits until a part does what it was started for; fails as soon as it cannot any more, with the reason its log gives. */
public final class Readiness {

    private static final String NIXL_AT_WORK = "Registering KV_Caches";
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CALL = Duration.ofSeconds(10);
    /** A node may go on for minutes without an engine. */
    private static final List<String> DEAD = List.of("EngineCore failed to start", "Engine core initialization failed");

    private final WatchedPart part;
    private final long deadlineNanos;
    private final Duration longest;
    private final ControlClient control = new ControlClient(CALL);

    /**
     * For a part that was just started.
     *
     * @param longest from now on
     */
    public Readiness(WatchedPart part, Duration longest) {
        this.part = part;
        this.longest = longest;
        this.deadlineNanos = System.nanoTime() + longest.toNanos();
    }

    /** Until the node answers, serves its model, and its log says that its connectors are at work. */
    public RunningNode awaitNode(NodeCommand command) {
        URI endpoint = URI.create("http://" + command.host() + ":" + command.port());
        awaitAnswer(endpoint.resolve("/health"));
        requireModel(endpoint, command.model().id());
        awaitLine(NIXL_AT_WORK);
        command.s3().ifPresent(writer -> awaitLine(writer.atWork()));
        return new RunningNode(command.spec(), endpoint, version(endpoint), Optional.of(part.log()));
    }

    /** Until LMCache's server answers and reaches its store; where it answers. */
    public URI awaitCacheServer(LmCacheServer server) {
        URI endpoint = URI.create("http://" + server.host() + ":" + server.httpPort());
        awaitAnswer(endpoint.resolve("/healthcheck"));
        awaitLine(LmCacheServer.STORE_AT_WORK);
        return endpoint;
    }

    /** Until a GET of the URL succeeds. */
    public void awaitAnswer(URI url) {
        until(() -> answers(url), "does not answer at " + url);
    }

    /** Until the log holds the words. */
    private void awaitLine(String words) {
        until(() -> part.logText().contains(words), "answers, but its log does not say \"" + words + "\"");
    }

    /** Until something else holds. */
    public void until(BooleanSupplier condition, String otherwise) {
        Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .timeout(left.plus(POLL))
                    .until(() -> {
                        requireAlive();
                        return condition.getAsBoolean();
                    });
        } catch (ConditionTimeoutException e) {
            throw part.failed("was given " + longest.toSeconds() + " s (vllm.start-timeout), but " + otherwise
                    + ". The last that its log says");
        }
    }

    private void requireModel(URI endpoint, String id) {
        List<String> served =
                control.getJson(endpoint.resolve("/v1/models")).path("data").findValuesAsText("id");
        if (!served.contains(id)) {
            throw new ProvisionException(part.name() + " serves " + served + " instead of " + id);
        }
    }

    private String version(URI endpoint) {
        return control.getJson(endpoint.resolve("/version")).path("version").asText("unknown");
    }

    private void requireAlive() {
        part.requireRunning();
        String text = part.logText();
        if (DEAD.stream().anyMatch(text::contains)) {
            throw part.failed("did not start its engine");
        }
    }

    private boolean answers(URI url) {
        try {
            control.getText(url);
            return true;
        } catch (ControlCallException e) {
            return false;
        }
    }
}
