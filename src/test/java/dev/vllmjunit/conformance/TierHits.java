package dev.vllmjunit.conformance;

import static dev.vllmjunit.conformance.StackUnderTest.BLOCK;
import static dev.vllmjunit.conformance.StackUnderTest.CHUNK;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.kvstore.CacheObject;
import dev.vllmjunit.kvstore.LmCacheKey;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the prefill node gets back from its KV cache server, out of host memory or out of S3. Chunks are 256 tokens; the server looks a whole
 * prompt up whatever the device has of it, and what it finds in S3 is in host memory from then on.
 */
abstract class TierHits {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String LOOKUPS =
            "lmcache_mp_(lookup.*_total|l1_(read|write)_chunks_total|l2_(prefetch_load|load_completed|prefetch_lookup).*_total)";
    private static final String STORES = "lmcache_mp_(l1_(read|write)_chunks|l2_store_.*)_total";

    private final StackUnderTest stack;
    private final Endpoint node;

    TierHits(StackUnderTest stack) {
        this.stack = stack;
        this.node = stack.prefill;
    }

    @BeforeEach
    void forget() {
        stack.forgetAllButObjects();
    }

    @ParameterizedTest
    @ValueSource(ints = {BLOCK, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + BLOCK, 3 * CHUNK - 1})
    void everyWholeChunkIsStored(int tokens) {
        long chunks = tokens / CHUNK;
        List<CacheObject> before = stack.bucket.list();
        Counting counting = Counting.of(stack.cacheServer, STORES);
        node.complete(Requests.completion(Requests.fresh(tokens)));

        counting.moves(counts(
                entry("l1_write_chunks_total", chunks),
                entry("l1_read_chunks_total", chunks),
                entry("l2_store_submitted_requests_total", Math.min(chunks, 1)),
                entry("l2_store_completed_requests_total", Math.min(chunks, 1)),
                entry("l2_store_submitted_objects_chunks_total", chunks),
                entry("l2_store_completed_objects_chunks_total", chunks)));
        List<CacheObject> stored = stack.bucket.list().stream()
                .filter(object -> !before.contains(object))
                .toList();
        assertThat(stored).hasSize((int) chunks);
        assertThat(stored).extracting(CacheObject::bytes).hasSizeLessThanOrEqualTo((int) chunks);
        assertThat(stored).extracting(object -> LmCacheKey.parse(object.key())).allSatisfy(key -> {
            assertThat(key).isPresent();
            assertThat(key.orElseThrow().objectGroup()).isZero();
            assertThat(key.orElseThrow().cacheSalt()).isEmpty();
            assertThat(key.orElseThrow().model()).endsWith(Requests.MODEL);
        });
    }

    @ParameterizedTest
    @ValueSource(
            ints = {BLOCK, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - BLOCK})
    void fromHostMemory(int tokens) {
        ObjectNode request = stored(tokens);
        stack.forgetDevices();
        Counting onNode = Counting.node(node);
        Counting onServer = Counting.of(stack.cacheServer, LOOKUPS);

        int cached = cached(request);

        int found = tokens / CHUNK * CHUNK;
        int loaded = Math.min(found, tokens - 1);
        assertThat(cached).isEqualTo(loaded);
        onNode.moves(Served.computing(tokens).loaded(loaded).counters());
        onServer.moves(lookup(found, found, 0, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {BLOCK, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 1, 3 * CHUNK - BLOCK})
    void fromS3(int tokens) {
        ObjectNode request = stored(tokens);
        stack.forgetAllButObjects();
        Counting onNode = Counting.node(node);
        Counting onServer = Counting.of(stack.cacheServer, LOOKUPS);

        int cached = cached(request);

        int found = tokens / CHUNK * CHUNK;
        int loaded = Math.min(found, tokens - 1);
        assertThat(cached).isEqualTo(loaded);
        onNode.moves(Served.computing(tokens).loaded(loaded).counters());
        onServer.moves(lookup(found, 0, found, Optional.empty()));
    }

    @Test
    void theServerIsAskedForTheWholePromptWhateverTheDeviceHas() {
        ObjectNode request = stored(2 * CHUNK + BLOCK);
        Counting onNode = Counting.node(node);
        Counting onServer = Counting.of(stack.cacheServer, LOOKUPS);

        assertThat(cached(request)).isEqualTo(2 * CHUNK);

        onNode.moves(Served.computing(2 * CHUNK + BLOCK).own(2 * CHUNK).counters());
        onServer.moves(lookup(2 * CHUNK, 2 * CHUNK, 0, Optional.empty()));
    }

    @Test
    void whatCameFromS3StaysInHostMemory() {
        ObjectNode request = stored(2 * CHUNK + 1);
        stack.forgetAllButObjects();
        cached(request);
        stack.forgetDevices();
        Counting onServer = Counting.of(stack.cacheServer, LOOKUPS);

        assertThat(cached(request)).isEqualTo(2 * CHUNK);
        onServer.moves(lookup(2 * CHUNK, 2 * CHUNK, 0, Optional.empty()));
    }

    @Test
    void theDevicesBlocksGoFirstAndTheServerAddsWhatTheyLack() {
        int[] prompt = Requests.fresh(3 * CHUNK);
        storing(3, () -> node.complete(Requests.completion(prompt)));
        stack.forgetDevices();
        node.complete(Requests.completion(java.util.Arrays.copyOf(prompt, CHUNK - BLOCK + 1)));
        Counting counting = Counting.node(node);

        int cached = node.cachedTokens(prompt);

        assertThat(cached).isEqualTo(3 * CHUNK - 1);
        counting.moves(Served.computing(3 * CHUNK)
                .own(BLOCK)
                .loaded(3 * CHUNK - 1 - BLOCK)
                .counters());
    }

    @Test
    void aSharedBeginningHitsItsWholeChunks() {
        int[] prompt = Requests.fresh(4 * CHUNK);
        storing(4, () -> node.complete(Requests.completion(prompt)));
        stack.forgetAllButObjects();

        assertThat(node.cachedTokens(Requests.sharing(prompt, 3 * CHUNK - 1, 4 * CHUNK)))
                .isEqualTo(2 * CHUNK);
    }

    @Test
    void aSaltForcesAMissAndHitsWithItself() {
        ObjectNode request = stored(2 * CHUNK + 1);
        stack.forgetAllButObjects();

        storing(2, () -> assertThat(cached(request.put("cache_salt", "salt"))).isZero());
        stack.forgetAllButObjects();
        Counting counting = Counting.of(stack.cacheServer, LOOKUPS);

        assertThat(cached(request)).isEqualTo(2 * CHUNK);
        counting.moves(lookup(2 * CHUNK, 0, 2 * CHUNK, Optional.of("salt")));
        assertThat(stack.bucket.list())
                .filteredOn(object -> LmCacheKey.parse(object.key())
                        .flatMap(LmCacheKey::cacheSalt)
                        .equals(Optional.of("salt")))
                .hasSize(2);
    }

    @Test
    void whatTheDeviceGaveUpComesFromTheServer() {
        ObjectNode first = stored(4 * CHUNK + 1);
        for (int i = 0; i < 8; i++) {
            stored(4 * CHUNK + 1);
        }
        Counting counting = Counting.node(node);

        assertThat(cached(first)).isEqualTo(4 * CHUNK);
        counting.moves(Served.computing(4 * CHUNK + 1).loaded(4 * CHUNK).counters());
    }

    /** A request for a fresh prompt that has been served and whose chunks are all in S3. */
    private ObjectNode stored(int tokens) {
        ObjectNode request = Requests.completion(Requests.fresh(tokens));
        storing(tokens / CHUNK, () -> node.complete(request));
        return request;
    }

    private void storing(int chunks, Runnable call) {
        Counting counting = Counting.of(stack.cacheServer, "lmcache_mp_l2_store_completed_objects_chunks_total");
        call.run();
        await().atMost(SOON)
                .until(() -> counting.moved().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()
                        >= chunks);
    }

    private int cached(ObjectNode request) {
        return node.complete(request)
                .at("/usage/prompt_tokens_details/cached_tokens")
                .asInt();
    }

    /** What one lookup counts that finds so many tokens in host memory and in S3. */
    private static Map<String, Long> lookup(int asked, int inHost, int inS3, Optional<String> salt) {
        String label = salt.map(s -> "{" + s + "}").orElse("");
        long loads = Math.min(inS3, 1);
        long chunks = inS3 / CHUNK;
        return counts(
                entry("lookups_requests_total" + label, 1L),
                entry("lookup_early_exit_requests_total{empty_chunk_hashes}", asked == 0 ? 1L : 0L),
                entry("lookup_requested_tokens_total" + label, (long) asked),
                entry("lookup_hit_tokens_total" + label, (long) inHost + inS3),
                entry("lookup_hit_l1_tokens_total" + label, (long) inHost),
                entry("lookup_hit_l1_keys_total" + label, (long) inHost / CHUNK),
                entry("lookup_hit_l2_tokens_total" + label, (long) inS3),
                entry("lookup_hit_l2_keys_total" + label, chunks),
                entry("l2_prefetch_lookup_requests_total", asked == 0 ? 0L : 1L),
                entry("l2_prefetch_lookup_objects_chunks_total" + label, (long) asked / CHUNK),
                entry("l2_prefetch_load_submitted_requests_total", loads),
                entry("l2_prefetch_load_submitted_objects_chunks_total" + label, chunks),
                entry("l2_load_completed_requests_total", loads),
                entry("l2_prefetch_load_completed_chunks_total" + label, chunks),
                entry("l1_write_chunks_total" + label, chunks),
                entry("l1_read_chunks_total" + label, (long) (inHost + inS3) / CHUNK));
    }

    @SafeVarargs
    private static Map<String, Long> counts(Map.Entry<String, Long>... counts) {
        Map<String, Long> moved = new HashMap<>(Map.ofEntries(counts));
        moved.values().removeIf(count -> count == 0);
        return moved;
    }
}
