package dev.vllmjunit.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.workload.Tokenizer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The calls a run makes on nodes besides its requests. */
final class NodeControl {

    private static final Duration RETRY = Duration.ofMillis(50);

    /** vLLM's answer without VLLM_SERVER_DEV_MODE, and those of gateways that let only some calls through. */
    private static final Set<Integer> NOT_ALLOWED = Set.of(403, 404, 405);

    private final RunningStack stack;
    private final String model;
    private final RunLimits limits;
    private final ControlClient client;
    private Optional<List<String>> forbidding = Optional.empty();

    NodeControl(RunningStack stack, String model, RunLimits limits) {
        this.stack = stack;
        this.model = model;
        this.limits = limits;
        this.client = new ControlClient(limits.control(), stack.headers(), stack.tls());
    }

    /** The first prefill node's tokenizer. */
    Tokenizer tokenizer() {
        URI url = stack.prefill().get(0).endpoint().resolve("/tokenize");
        return prompt -> {
            JsonNode answer = client.postJson(
                    url,
                    JsonNodeFactory.instance.objectNode().put("model", model).put("prompt", prompt));
            return StreamSupport.stream(answer.path("tokens").spliterator(), false)
                    .mapToInt(JsonNode::intValue)
                    .toArray();
        };
    }

    /**
     * Drops the prefix cache of every node that allows it, and what the connectors hold in host memory.
     *
     * @return names of the nodes that do not allow it
     * @throws InvalidRunException if a node allows it and does not do it
     */
    List<String> dropEngineCaches() {
        List<String> forbid = stack.nodes().parallelStream()
                .filter(node -> !dropEngineCache(node))
                .map(node -> node.spec().name())
                .toList();
        forbidding = Optional.of(forbid);
        return forbid;
    }

    /**
     * Refuses a state that needs resets, before anything is sent for it.
     *
     * @throws InvalidRunException if a node does not allow them
     */
    void requireResets(CacheState state) {
        List<String> forbid = forbidding.orElseGet(this::dropEngineCaches);
        if (!forbid.isEmpty()) {
            throw new InvalidRunException(
                    InvalidReason.CACHE_STATE_NOT_REACHED,
                    "CacheState." + state + " needs POST /reset_prefix_cache, which " + String.join(", ", forbid)
                            + " did not allow; start vLLM with VLLM_SERVER_DEV_MODE=1 and let the call through, or run"
                            + " with CacheState.EMPTY or WARM, which do without.");
        }
    }

    /**
     * Refuses a state that this stack cannot bring about.
     *
     * @throws DeclarationException if its nodes cannot be restarted
     */
    void requireRestarts() {
        if (!stack.restartsNodes()) {
            throw new DeclarationException("CacheState.S3_AFTER_RESTART asks for new prefill processes, but the "
                    + stack.provisioner()
                    + " stack does not restart nodes; run with CacheState.S3_ONLY, which drops their"
                    + " caches instead.");
        }
    }

    /** Ends every prefill node's process and starts it anew. */
    void restartPrefill() {
        stack.prefill().parallelStream().forEach(stack::restart);
    }

    private boolean dropEngineCache(RunningNode node) {
        URI url = node.endpoint().resolve("/reset_prefix_cache?reset_running_requests=false&reset_external=true");
        AtomicReference<String> answer = new AtomicReference<>("nothing");
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(RETRY)
                    .timeout(limits.reset())
                    .until(() -> {
                        String said = client.post(url);
                        answer.set(said);
                        return said.replace(" ", "").contains("\"success\":true");
                    });
            return true;
        } catch (ConditionTimeoutException e) {
            throw notDropped(
                    node,
                    "did not drop its prefix cache within " + limits.reset().toSeconds() + " s: POST " + url
                            + " answered " + answer.get()
                            + "; blocks are held by a request or by a KV transfer that nobody pulled");
        } catch (ControlCallException e) {
            if (NOT_ALLOWED.contains(e.status())) {
                return false;
            }
            throw notDropped(node, "cannot drop its prefix cache: " + e.getMessage());
        }
    }

    private static InvalidRunException notDropped(RunningNode node, String why) {
        return new InvalidRunException(
                InvalidReason.CACHE_STATE_NOT_REACHED, node.spec().name() + " " + why);
    }

    /** Text of {@code /metrics}. */
    String metrics(URI endpoint) {
        return client.getText(endpoint.resolve("/metrics"));
    }
}
