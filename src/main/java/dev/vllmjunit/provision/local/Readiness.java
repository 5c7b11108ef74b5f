package dev.vllmjunit.provision.local;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Waits until a process does what it was started for; fails as soon as it cannot any more, with the reason its log gives. */
final class Readiness {

    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration CALL = Duration.ofSeconds(10);
    /** A node may go on for minutes without an engine. */
    private static final List<String> DEAD = List.of("EngineCore failed to start", "Engine core initialization failed");

    private final ManagedProcess process;
    private final long deadlineNanos;
    private final Duration longest;
    private final ControlClient control = new ControlClient(CALL);

    Readiness(ManagedProcess process, Duration longest) {
        this.process = process;
        this.longest = longest;
        this.deadlineNanos = System.nanoTime() + longest.toNanos();
    }

    /** Until a GET of the URL succeeds. */
    void awaitAnswer(URI url) {
        until(() -> answers(url), "does not answer at " + url);
    }

    /** Until the log holds the words. */
    void awaitLine(String words) {
        until(() -> process.logText().contains(words), "answers, but its log does not say \"" + words + "\"");
    }

    /** Until something else holds. */
    void until(BooleanSupplier condition, String otherwise) {
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
            throw process.failed("was given " + longest.toSeconds() + " s (vllm.start-timeout), but " + otherwise
                    + ". The last that its log says");
        }
    }

    void requireModel(URI endpoint, String id) {
        List<String> served =
                control.getJson(endpoint.resolve("/v1/models")).path("data").findValuesAsText("id");
        if (!served.contains(id)) {
            throw new ProvisionException(process.name() + " serves " + served + " instead of " + id);
        }
    }

    String version(URI endpoint) {
        return control.getJson(endpoint.resolve("/version")).path("version").asText("unknown");
    }

    Path log() {
        return process.log();
    }

    private void requireAlive() {
        process.requireRunning();
        String text = process.logText();
        if (DEAD.stream().anyMatch(text::contains)) {
            throw process.failed("did not start its engine");
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
