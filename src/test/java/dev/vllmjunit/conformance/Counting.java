package dev.vllmjunit.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.evidence.MetricsSnapshot.Series;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What the counters of one part move by from a moment on. Counters come a little after the answer that they count. */
final class Counting {

    private static final Duration SOON = Duration.ofSeconds(15);
    private static final Pattern OF_A_NODE = Pattern.compile("vllm:("
            + "(prompt|generation)_tokens.*_total|(external_)?prefix_cache_.*_total|request_success_total|num_preemptions_total"
            + "|nixl_num_.*_total|nixl_(bytes_transferred|num_descriptors|xfer_time_seconds|post_time_seconds)_count"
            + "|nixl_bytes_transferred_sum|iteration_tokens_total_(sum|count)"
            + "|request_(prompt|generation|params_max|prefill_kv_computed)_tokens_(sum|count)"
            + "|(time_to_first_token|inter_token_latency|e2e_request_latency|request_(queue|inference|prefill|decode)_time"
            + "|request_time_per_output_token)_seconds_count)");

    private final Endpoint part;
    private final Pattern names;
    private final Map<String, Long> before;

    private Counting(Endpoint part, Pattern names) {
        this.part = part;
        this.names = names;
        this.before = values();
    }

    /** All that a node counts of requests and tokens. */
    static Counting node(Endpoint node) {
        return new Counting(node, OF_A_NODE);
    }

    static Counting of(Endpoint part, String names) {
        return new Counting(part, Pattern.compile(names));
    }

    /** Waits until exactly these have moved, by exactly so much. */
    void moves(Map<String, Long> expected) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> assertThat(moved())
                .isEqualTo(new TreeMap<>(expected)));
    }

    /** What has moved: names without their prefix, with the labels that tell series of one name apart. */
    TreeMap<String, Long> moved() {
        TreeMap<String, Long> moved = values();
        moved.replaceAll((name, value) -> value - before.getOrDefault(name, 0L));
        moved.values().removeIf(value -> value == 0);
        return moved;
    }

    /** LMCache gives a series a label without a value as soon as another of its name has one; that does not make it another series. */
    private TreeMap<String, Long> values() {
        return part.metrics().series().entrySet().stream()
                .filter(entry -> names.matcher(entry.getKey().name()).matches())
                .collect(Collectors.toMap(
                        entry -> brief(entry.getKey()),
                        entry -> Math.round(entry.getValue()),
                        Long::sum,
                        TreeMap::new));
    }

    private static String brief(Series series) {
        String labels = new TreeMap<>(series.labels())
                .entrySet().stream()
                        .filter(label -> !label.getKey().matches("engine|model_name|l1_tag|l2_name"))
                        .filter(label -> !label.getValue().isEmpty())
                        .map(Map.Entry::getValue)
                        .collect(Collectors.joining(",", "{", "}"));
        String name = series.name().replaceFirst("^(vllm:|lmcache_mp_)", "");
        return labels.equals("{}") ? name : name + labels;
    }
}
