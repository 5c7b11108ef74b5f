package dev.vllmjunit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Makes real nodes fit for the next run: leases end only while an engine works, and some faults end only with its process. */
record Recovery(RunningStack stack) {

    private static final Duration CALL = Duration.ofSeconds(5);

    void recover() {
        stack.nodes().stream().filter(node -> !frees(node)).forEach(stack::restart);
    }

    private boolean frees(RunningNode node) {
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(500))
                    .timeout(Provoked.LEASE.plusSeconds(6))
                    .until(() -> worksAndHoldsNoBlock(node));
            return true;
        } catch (ConditionTimeoutException | ControlCallException e) {
            return false;
        }
    }

    private boolean worksAndHoldsNoBlock(RunningNode node) {
        ControlClient control = new ControlClient(CALL);
        JsonNode request = JsonNodeFactory.instance
                .objectNode()
                .put("model", "tiny")
                .put("prompt", "a")
                .put("max_tokens", 2);
        control.postJson(node.endpoint().resolve("/v1/completions"), request);
        return control.post(node.endpoint().resolve("/reset_prefix_cache?reset_external=true"))
                .replace(" ", "")
                .contains("\"success\":true");
    }
}
