package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.evidence.StackMetrics;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Reads {@code /metrics} of every part of a stack. */
final class MetricsScraper {

    private static final Duration QUIET = Duration.ofMillis(150);
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final RunningStack stack;
    private final NodeControl control;

    MetricsScraper(RunningStack stack, NodeControl control) {
        this.stack = stack;
        this.control = control;
    }

    StackMetrics scrape() {
        return new StackMetrics(
                scrape(stack.prefill()),
                scrape(stack.decode()),
                stack.cacheServer().map(server -> PrometheusText.parse(control.metrics(server))));
    }

    /** The text of every part's {@code /metrics} by node name; of one that does not answer, why. */
    Map<String, String> raw() {
        Map<String, String> texts = new TreeMap<>();
        stack.nodes().forEach(node -> texts.put(node.spec().name(), text(node.endpoint())));
        stack.cacheServer().ifPresent(server -> texts.put("cache-server", text(server)));
        return texts;
    }

    private String text(URI part) {
        try {
            return control.metrics(part);
        } catch (ControlCallException e) {
            return "# not read: " + e.getMessage() + "\n";
        }
    }

    /**
     * A scrape whose token counters did not move any more: engines publish theirs after the answer has gone out. Where they
     * go on moving, the last scrape; the reconciliation then names what does not close.
     */
    StackMetrics settled() {
        Settling settling = new Settling();
        try {
            Awaitility.await()
                    .pollInSameThread()
                    .pollDelay(QUIET)
                    .pollInterval(QUIET)
                    .timeout(LONGEST)
                    .until(settling::isQuiet);
        } catch (ConditionTimeoutException e) {
            return settling.last;
        }
        return settling.last;
    }

    private final class Settling {

        private StackMetrics last = scrape();

        boolean isQuiet() {
            StackMetrics before = last;
            last = scrape();
            return totals(last).equals(totals(before));
        }
    }

    private Map<String, MetricsSnapshot> scrape(List<RunningNode> nodes) {
        return nodes.stream()
                .collect(Collectors.toMap(
                        node -> node.spec().name(), node -> PrometheusText.parse(control.metrics(node.endpoint()))));
    }

    private static List<Long> totals(StackMetrics metrics) {
        return List.of(
                metrics.prefillSum("vllm:prompt_tokens_total", Map.of()),
                metrics.prefillSum("vllm:prompt_tokens_by_source_total", Map.of()),
                metrics.decodeSum("vllm:generation_tokens_total", Map.of()),
                metrics.decodeSum("vllm:request_success_total", Map.of()),
                metrics.decodeSum("vllm:nixl_bytes_transferred_sum", Map.of()));
    }
}
