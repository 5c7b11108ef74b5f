package dev.vllmjunit.provision.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.topology.S3CacheSpec.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** A request's way through embedded nodes, the router's part done by hand. */
class EmbeddedStackTest {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PROMPT = 1_000;
    private static final int WHOLE_CHUNKS = 15;

    private final ControlClient control = new ControlClient(SOON);

    private final Path logs;

    private RunningStack stack;

    EmbeddedStackTest(@TempDir Path logs) {
        this.logs = logs;
        this.stack = start(Requests.onePrefillOneDecode().s3(Requests.S3), logs);
    }

    @AfterEach
    void stop() {
        stack.close();
    }

    @Test
    void everyWayToTheKvCacheGivesTheSameOutput() {
        JsonNode alone = generate(decode(), prompt(1), null);
        decodeReset();
        JsonNode cold = throughBoth(1);
        assertThat(text(cold)).isEqualTo(text(alone)).matches("( [a-z]+){8}");
        assertThat(cached(cold)).isZero();

        decodeReset();
        JsonNode warm = throughBoth(1);
        assertThat(text(warm)).isEqualTo(text(alone));
        assertThat(cached(warm))
                .as("prefill's own blocks, all but the last token's")
                .isEqualTo(992);

        settle();
        assertThat(reset(prefill(), true)).isTrue();
        decodeReset();
        JsonNode fromS3 = throughBoth(1);
        assertThat(text(fromS3)).isEqualTo(text(alone));
        assertThat(cached(fromS3)).isEqualTo(WHOLE_CHUNKS * 64);
    }

    @Test
    void countersSayWhereThePromptCameFrom() {
        MetricsSnapshot prefillBefore = metrics(prefill().endpoint());
        MetricsSnapshot decodeBefore = metrics(decode().endpoint());
        throughBoth(2);
        MetricsSnapshot prefill = metrics(prefill().endpoint()).minus(prefillBefore);
        MetricsSnapshot decode = metrics(decode().endpoint()).minus(decodeBefore);

        assertThat(bySource(prefill, "local_compute")).isEqualTo(PROMPT);
        assertThat(bySource(decode, "external_kv_transfer")).isEqualTo(PROMPT);
        assertThat(decode.sum("vllm:nixl_bytes_transferred_sum"))
                .as("whole blocks at full size")
                .isEqualTo(63 * 16 * 256);
        assertThat(decode.sum("vllm:generation_tokens_total")).isEqualTo(8);
    }

    @Test
    void s3HoldsEveryWholeChunk() {
        throughBoth(3);
        settle();
        try (CacheBucket bucket = new CacheBucket(stack.objectStore().orElseThrow())) {
            assertThat(bucket.list()).hasSize(WHOLE_CHUNKS).allSatisfy(object -> {
                assertThat(object.key()).startsWith("org/tiny@");
                assertThat(object.bytes()).isEqualTo(64 * 256 / 4);
            });
            assertThat(bucket.clear()).isEqualTo(WHOLE_CHUNKS);
        }
    }

    @Test
    void theStoreTellsWhatWasWrittenAtFullSize() {
        StoreTraffic before = stack.storeTraffic().orElseThrow().get();
        throughBoth(5);
        settle();

        assertThat(stack.storeTraffic().orElseThrow().get().minus(before))
                .isEqualTo(new StoreTraffic(0, 0, WHOLE_CHUNKS, (long) WHOLE_CHUNKS * 64 * 256, 0));
    }

    @Test
    void aStaleTransferIsAnErrorNotAHang() {
        JsonNode params = prefillOnly(4).path("kv_transfer_params");
        ObjectNode foreign = ((ObjectNode) params.deepCopy()).put("remote_engine_id", "00000000-dead-beef");
        assertThatThrownBy(() -> generate(decode(), prompt(4), foreign))
                .hasMessageContaining("answered 500: {\"error\":{\"message\":");
        assertThat(text(generate(decode(), prompt(4), params))).isNotEmpty();
    }

    @Test
    void kvCacheInASharedStoreOutlivesTheStack() {
        stack.close();
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start()) {
            ObjectStoreAccess access = store.access("us-east-1", "kv-cache", "");
            withCredentials(access.credentials().resolveCredentials(), () -> {
                Requests shared = Requests.onePrefillOneDecode()
                        .s3(Requests.s3(Optional.of(store.endpoint()), Writer.LMCACHE, 64));
                stack = start(shared, logs);
                assertThat(stack.objectStore().orElseThrow().keyPrefix()).isEqualTo("org/tiny@");
                String cold = text(throughBoth(5));
                settle();
                stack.close();
                stack = start(shared, logs);
                JsonNode restarted = throughBoth(5);
                assertThat(cached(restarted)).isEqualTo(WHOLE_CHUNKS * 64);
                assertThat(text(restarted)).isEqualTo(cold);
            });
        }
    }

    private static RunningStack start(Requests requests, Path logs) {
        return new EmbeddedProvisioner().start(requests.in(logs));
    }

    private JsonNode throughBoth(long seed) {
        JsonNode params = prefillOnly(seed).path("kv_transfer_params");
        assertThat(params.path("remote_num_tokens").asInt()).isEqualTo(PROMPT);
        return generate(decode(), prompt(seed), params);
    }

    private JsonNode prefillOnly(long seed) {
        ObjectNode params =
                JSON.createObjectNode().put("do_remote_decode", true).put("do_remote_prefill", false);
        return generate(prefill(), prompt(seed).put("max_tokens", 1), params);
    }

    private JsonNode generate(RunningNode node, ObjectNode request, @Nullable JsonNode params) {
        ObjectNode body = params == null ? request : request.set("kv_transfer_params", params);
        return control.postJson(node.endpoint().resolve("/v1/completions"), body);
    }

    private static ObjectNode prompt(long seed) {
        ObjectNode request = JSON.createObjectNode()
                .put("model", "org/tiny")
                .put("max_tokens", 8)
                .put("ignore_eos", true);
        var ids = request.putArray("prompt");
        new Random(seed).ints(PROMPT, 0, 100_000).forEach(ids::add);
        return request;
    }

    private void decodeReset() {
        await().atMost(SOON).until(() -> reset(decode(), false));
    }

    private boolean reset(RunningNode node, boolean external) {
        URI url = node.endpoint().resolve("/reset_prefix_cache?reset_external=" + external);
        return control.post(url).equals("{\"success\":true}");
    }

    private void settle() {
        try (CacheBucket bucket = new CacheBucket(stack.objectStore().orElseThrow())) {
            bucket.awaitSettled(WHOLE_CHUNKS, Duration.ofMillis(200), SOON);
        }
    }

    private MetricsSnapshot metrics(URI node) {
        return PrometheusText.parse(control.getText(node.resolve("/metrics")));
    }

    private static double bySource(MetricsSnapshot metrics, String source) {
        return metrics.sum("vllm:prompt_tokens_by_source_total", Map.of("source", source));
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/text").asText();
    }

    private static int cached(JsonNode answer) {
        return answer.at("/usage/prompt_tokens_details/cached_tokens").asInt();
    }

    private RunningNode prefill() {
        return stack.prefill().get(0);
    }

    private RunningNode decode() {
        return stack.decode().get(0);
    }

    private static void withCredentials(AwsCredentials credentials, Runnable action) {
        AwsKeys.use(credentials);
        try {
            action.run();
        } finally {
            AwsKeys.forget();
        }
    }
}
