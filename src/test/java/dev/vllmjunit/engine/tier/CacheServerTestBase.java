package dev.vllmjunit.engine.tier;

import static dev.vllmjunit.engine.tier.TierFixture.CHUNK;
import static dev.vllmjunit.engine.tier.TierFixture.HELD_BYTES;
import static dev.vllmjunit.engine.tier.TierFixture.NO_SALT;
import static dev.vllmjunit.engine.tier.TierFixture.config;
import static dev.vllmjunit.engine.tier.TierFixture.kv;
import static dev.vllmjunit.engine.tier.TierFixture.metric;
import static dev.vllmjunit.engine.tier.TierFixture.prompt;
import static dev.vllmjunit.engine.tier.TierFixture.storeAll;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.CacheObject;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A cache server over an embedded object store whose bucket is emptied after each test. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class CacheServerTestBase {

    static final int[] PROMPT = prompt(1, 10 * CHUNK + 5);

    static EmbeddedObjectStore store;

    ObjectStoreAccess access;
    CacheBucket bucket;
    CacheServer server;

    @BeforeAll
    static void startStore() {
        store = EmbeddedObjectStore.start();
    }

    @AfterAll
    static void stopStore() {
        store.close();
    }

    @BeforeEach
    void start() {
        access = store.access("us-east-1", "nixl", "run/");
        bucket = new CacheBucket(access);
        server = CacheServer.start(config(access));
    }

    @AfterEach
    void stop() {
        server.close();
        bucket.clear();
        bucket.close();
    }

    void storeAndSettle(int[] prompt, long objects) {
        storeAll(server, prompt, NO_SALT);
        Awaitility.await()
                .until(() -> metric(server, "l2_store_completed_objects_chunks_total{cache_salt=\"\"}") == objects);
        assertThat(bucket.list())
                .extracting(CacheObject::bytes)
                .containsOnly((long) HELD_BYTES)
                .hasSize((int) objects);
    }

    static String keyOf(int[] prompt, int chunk) {
        return new ChunkKeys("run/", "lab/tiny", CHUNK).of(prompt, NO_SALT).get(chunk);
    }

    static double failures(CacheServer server, String reason) {
        return metric(server, "l2_prefetch_failure_chunks_total{model_name=\"lab/tiny\",reason=\"" + reason + "\"}");
    }

    static byte[][] expected(int[] prompt, int first, int end) {
        return IntStream.range(first, end).mapToObj(i -> kv(prompt, i)).toArray(byte[][]::new);
    }
}
