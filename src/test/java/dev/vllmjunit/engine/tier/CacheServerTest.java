package dev.vllmjunit.engine.tier;

import static dev.vllmjunit.engine.tier.TierFixture.CHUNK;
import static dev.vllmjunit.engine.tier.TierFixture.HELD_BYTES;
import static dev.vllmjunit.engine.tier.TierFixture.NO_SALT;
import static dev.vllmjunit.engine.tier.TierFixture.config;
import static dev.vllmjunit.engine.tier.TierFixture.kv;
import static dev.vllmjunit.engine.tier.TierFixture.load;
import static dev.vllmjunit.engine.tier.TierFixture.lookup;
import static dev.vllmjunit.engine.tier.TierFixture.metric;
import static dev.vllmjunit.engine.tier.TierFixture.prompt;
import static dev.vllmjunit.engine.tier.TierFixture.storeAll;
import static dev.vllmjunit.engine.tier.TierFixture.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import dev.vllmjunit.engine.tier.TierFixture.ChunkCost;
import dev.vllmjunit.kvstore.BucketSummary;
import dev.vllmjunit.kvstore.StoreTraffic;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class CacheServerTest extends CacheServerTestBase {

    private static final int[] OTHER = prompt(2, 10 * CHUNK);
    private static final String LABELS = "{cache_salt=\"\",model_name=\"lab/tiny\"}";

    @Test
    void aColdPromptHasNothing() {
        assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
        assertThat(lookup(server, prompt(1, CHUNK - 1), NO_SALT)).isZero();
    }

    @Test
    void whatWasStoredIsInHostMemoryAtOnce() {
        storeAll(server, PROMPT, NO_SALT);

        assertThat(lookup(server, PROMPT, NO_SALT)).isEqualTo(10);
        assertThat(load(server, PROMPT, NO_SALT, 0))
                .allMatch(chunk -> !chunk.fromObjectStore())
                .extracting(LoadedChunk::kv)
                .containsExactly(expected(PROMPT, 0, 10));
    }

    @Test
    void whatWasStoredComesBackFromTheObjectStore() {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();

        assertThat(load(server, PROMPT, NO_SALT, 2))
                .allMatch(LoadedChunk::fromObjectStore)
                .extracting(LoadedChunk::kv)
                .containsExactly(expected(PROMPT, 2, 10));
    }

    @Test
    void aNewServerFindsWhatAnEarlierOneLeft() {
        storeAndSettle(PROMPT, 10);
        try (CacheServer next = CacheServer.start(config(access))) {
            assertThat(load(next, PROMPT, NO_SALT, 0)).hasSize(10).allMatch(LoadedChunk::fromObjectStore);
        }
    }

    @Test
    void whatComesFromTheObjectStoreStaysInHostMemory() {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();
        lookup(server, Arrays.copyOf(PROMPT, 4 * CHUNK), NO_SALT);

        List<LoadedChunk> again = load(server, PROMPT, NO_SALT, 0);

        assertThat(again)
                .extracting(LoadedChunk::fromObjectStore)
                .containsExactly(false, false, false, false, true, true, true, true, true, true);
        assertThat(again).extracting(LoadedChunk::kv).containsExactly(expected(PROMPT, 0, 10));
    }

    @Test
    void whatALookupFoundIsHeldUntilItIsLoaded() {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();
        KvCacheTier.Found found = within(server.lookup(PROMPT, NO_SALT));
        bucket.clear();

        assertThat(within(server.load(found, 2)))
                .allMatch(LoadedChunk::fromObjectStore)
                .extracting(LoadedChunk::kv)
                .containsExactly(expected(PROMPT, 2, 10));
    }

    @Test
    void aLongerPromptHitsItsKnownPrefix() {
        storeAndSettle(PROMPT, 10);
        int[] longer = Arrays.copyOf(PROMPT, 40 * CHUNK);
        longer[6 * CHUNK + 3]++;

        assertThat(lookup(server, longer, NO_SALT)).isEqualTo(6);
        server.dropHostTier();
        assertThat(lookup(server, longer, NO_SALT)).isEqualTo(6);
    }

    @Test
    void saltsShareNothing() {
        storeAll(server, PROMPT, Optional.of("a"));
        storeAll(server, PROMPT, Optional.of("@/ not allowed in a key"));
        bucket.awaitSettled(20, Duration.ofMillis(100), Duration.ofSeconds(10));

        assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
        assertThat(lookup(server, PROMPT, Optional.of("b"))).isZero();
        server.dropHostTier();
        assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
        assertThat(lookup(server, PROMPT, Optional.of("b"))).isZero();
        assertThat(lookup(server, PROMPT, Optional.of("a"))).isEqualTo(10);
        assertThat(lookup(server, PROMPT, Optional.of("@/ not allowed in a key")))
                .isEqualTo(10);
    }

    @Test
    void keysAreThoseOfTheLmCacheServerBelowThePrefix() {
        storeAndSettle(PROMPT, 10);

        assertThat(bucket.summary())
                .isEqualTo(new BucketSummary(
                        10,
                        10 * HELD_BYTES,
                        List.of(new BucketSummary.Group("LMCache", "lab/tiny", 0, 10, 10 * HELD_BYTES)),
                        0));
    }

    @Test
    void writesAChunkOnce() {
        storeAndSettle(PROMPT, 10);
        StoreTraffic before = store.traffic();
        storeAll(server, PROMPT, NO_SALT);
        try (CacheServer next = CacheServer.start(config(access))) {
            storeAll(next, PROMPT, NO_SALT);
        }
        assertThat(store.traffic().minus(before).puts()).isZero();
    }

    @Test
    void theLeastRecentlyUsedChunkLeavesHostMemory() {
        try (CacheServer small = CacheServer.start(config(access, ChunkCost.FREE, 3 * CHUNK + 1))) {
            storeAll(small, PROMPT, NO_SALT);
            bucket.awaitSettled(10, Duration.ofMillis(100), Duration.ofSeconds(10));

            assertThat(load(small, PROMPT, NO_SALT, 0))
                    .extracting(LoadedChunk::fromObjectStore)
                    .containsExactly(true, true, true, true, true, true, true, false, false, false);
            assertThat(metric(small, "l1_memory_usage_bytes{backend=\"dram\",l1_tag=\"_default\"}"))
                    .isEqualTo(3.0 * TierFixture.FULL_BYTES);
            assertThat(metric(small, "l1_evicted_chunks_total{l1_tag=\"_default\"}"))
                    .isEqualTo(14);
        }
    }

    @Test
    void aChangedAnswerDoesNotReachTheCache() {
        storeAll(server, PROMPT, NO_SALT);
        Arrays.fill(load(server, PROMPT, NO_SALT, 0).get(0).kv(), (byte) 0);

        assertThat(load(server, PROMPT, NO_SALT, 0).get(0).kv()).isEqualTo(kv(PROMPT, 0));
    }

    @Test
    void aLoadTakesNoLessThanTheModelSays() {
        ChunkCost cost = new ChunkCost(5_000_000, 30_000_000, 0);
        try (CacheServer slow = CacheServer.start(config(access, cost, 1 << 20))) {
            storeAll(slow, PROMPT, NO_SALT);
            bucket.awaitSettled(10, Duration.ofMillis(100), Duration.ofSeconds(10));
            assertThat(nanosOfLoad(slow)).isGreaterThanOrEqualTo(50_000_000);
            slow.dropHostTier();
            assertThat(nanosOfLoad(slow)).isGreaterThanOrEqualTo(300_000_000);
        }
    }

    private static long nanosOfLoad(CacheServer server) {
        long start = System.nanoTime();
        assertThat(load(server, PROMPT, NO_SALT, 0)).hasSize(10);
        return System.nanoTime() - start;
    }

    @Test
    void storesAreVisibleNoEarlierThanTheModelSaysOneAfterTheOther() {
        try (CacheServer slow = CacheServer.start(config(access, new ChunkCost(0, 0, 30_000_000), 1 << 20))) {
            long start = System.nanoTime();
            storeAll(slow, PROMPT, NO_SALT);
            Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> !bucket.list()
                    .isEmpty());
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(30_000_000);
            assertThat(metric(slow, "num_inflight_l2_stores{l2_name=\"s3\"}")).isGreaterThan(0);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> bucket.list().size() == 10);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(300_000_000);
        }
    }

    @Test
    void closingWaitsForStoresOnTheirWay() {
        try (CacheServer slow = CacheServer.start(config(access, new ChunkCost(0, 0, 20_000_000), 1 << 20))) {
            storeAll(slow, PROMPT, NO_SALT);
        }
        assertThat(bucket.list()).hasSize(10);
    }

    @Test
    void manyLoadsAtOnceGetTheirOwnChunks() {
        List<int[]> prompts = IntStream.range(10, 40)
                .mapToObj(seed -> prompt(seed, 20 * CHUNK))
                .toList();
        prompts.forEach(prompt -> storeAll(server, prompt, NO_SALT));
        bucket.awaitSettled(600, Duration.ofMillis(100), Duration.ofSeconds(20));
        server.dropHostTier();

        List<CompletableFuture<List<LoadedChunk>>> loads = prompts.stream()
                .map(prompt -> server.lookup(prompt, NO_SALT).thenCompose(found -> server.load(found, 0)))
                .toList();

        for (int i = 0; i < loads.size(); i++) {
            assertThat(within(loads.get(i)))
                    .extracting(LoadedChunk::kv)
                    .containsExactly(expected(prompts.get(i), 0, 20));
        }
        assertThat(metric(server, "num_inflight_l2_loads{l2_name=\"s3\"}")).isZero();
    }

    @Test
    void countsAsTheLmCacheServerDoes() {
        for (String counter : List.of("lookup_requested_tokens", "lookup_hit_l1_tokens", "lookup_hit_l2_tokens")) {
            assertThat(metric(server, counter + "_total" + LABELS)).as(counter).isZero();
        }
        lookup(server, PROMPT, NO_SALT);
        storeAndSettle(PROMPT, 10);
        lookup(server, Arrays.copyOf(PROMPT, 3 * CHUNK), NO_SALT);
        lookup(server, Arrays.copyOf(PROMPT, CHUNK - 1), NO_SALT);
        load(server, PROMPT, NO_SALT, 8);
        server.dropHostTier();
        load(server, PROMPT, NO_SALT, 8);

        assertThat(metric(server, "lookups_requests_total" + LABELS)).isEqualTo(5);
        assertThat(metric(server, "lookup_requested_tokens_total" + LABELS)).isEqualTo(3 * 160 + 48);
        assertThat(metric(server, "lookup_hit_tokens_total" + LABELS)).isEqualTo(48 + 160 + 160);
        assertThat(metric(server, "lookup_hit_l1_tokens_total" + LABELS)).isEqualTo(48 + 160);
        assertThat(metric(server, "lookup_hit_l2_tokens_total" + LABELS)).isEqualTo(160);
        assertThat(metric(server, "lookup_hit_l2_keys_total" + LABELS)).isEqualTo(10);
        assertThat(metric(server, "l1_write_chunks_total{l1_tag=\"_default\"}")).isEqualTo(20);
        assertThat(metric(server, "l1_read_chunks_total{l1_tag=\"_default\"}")).isEqualTo(2);
        assertThat(metric(server, "l2_store_submitted_objects_chunks_total")).isEqualTo(10);
        assertThat(metric(server, "l2_store_completed_objects_chunks_total")).isEqualTo(10);
        assertThat(metric(server, "l2_prefetch_load_submitted_requests_total")).isEqualTo(1);
        assertThat(metric(server, "l2_prefetch_load_submitted_objects_chunks_total"))
                .isEqualTo(10);
        assertThat(metric(server, "l2_load_completed_requests_total{l2_name=\"s3\"}"))
                .isEqualTo(1);
        assertThat(metric(server, "l2_prefetch_load_completed_chunks_total")).isEqualTo(10);
        assertThat(metric(server, "l2_load_throughput_GB_per_second_count{l2_name=\"s3\"}"))
                .isEqualTo(1);
        assertThat(metric(server, "l2_usage_bytes{l2_name=\"s3\"}")).isEqualTo(10.0 * TierFixture.FULL_BYTES);
        assertThat(failures(server, "not_found")).isZero();
    }

    @Test
    void countsTokensBehindAGapAsTheObjectStoresAndKeysWhereTheyWere() {
        storeAndSettle(PROMPT, 10);
        server.dropHostTier();
        IntStream.range(6, 10).forEach(i -> server.store(PROMPT, NO_SALT, i, kv(PROMPT, i)));

        assertThat(lookup(server, PROMPT, NO_SALT)).isEqualTo(10);

        assertThat(metric(server, "lookup_hit_l1_tokens_total" + LABELS)).isZero();
        assertThat(metric(server, "lookup_hit_l2_tokens_total" + LABELS)).isEqualTo(160);
        assertThat(metric(server, "lookup_hit_l1_keys_total" + LABELS)).isEqualTo(4);
        assertThat(metric(server, "lookup_hit_l2_keys_total" + LABELS)).isEqualTo(6);
        assertThat(metric(server, "l2_prefetch_load_completed_chunks_total")).isEqualTo(6);
    }

    @Test
    void aColdLookupAsksTheStoreForAFewChunksOnly() {
        lookup(server, prompt(3, 200 * CHUNK), NO_SALT);
        assertThat(metric(server, "l2_prefetch_lookup_objects_chunks_total")).isEqualTo(4);
    }

    @Test
    void refusesAChunkOfAnotherSize() {
        assertThatThrownBy(() -> server.store(PROMPT, NO_SALT, 0, new byte[7]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a chunk of 7 bytes was to be stored; 16 tokens at scale 4 have 128");
    }

    @Test
    void refusesChunksThatThePromptDoesNotHave() {
        assertThatThrownBy(() -> server.load(KvCacheTier.Found.NONE, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chunks from 1 on were asked for; 0 were found");
        assertThatThrownBy(() -> server.store(OTHER, NO_SALT, 10, new byte[HELD_BYTES]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chunk 10 was to be stored; a prompt of 160 tokens has chunks [0, 10)");
    }
}
