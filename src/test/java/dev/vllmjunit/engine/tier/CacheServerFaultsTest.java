package dev.vllmjunit.engine.tier;

import static dev.vllmjunit.engine.tier.TierFixture.CHUNK;
import static dev.vllmjunit.engine.tier.TierFixture.NO_SALT;
import static dev.vllmjunit.engine.tier.TierFixture.at;
import static dev.vllmjunit.engine.tier.TierFixture.config;
import static dev.vllmjunit.engine.tier.TierFixture.get;
import static dev.vllmjunit.engine.tier.TierFixture.load;
import static dev.vllmjunit.engine.tier.TierFixture.lookup;
import static dev.vllmjunit.engine.tier.TierFixture.metric;
import static dev.vllmjunit.engine.tier.TierFixture.post;
import static dev.vllmjunit.engine.tier.TierFixture.prompt;
import static dev.vllmjunit.engine.tier.TierFixture.storeAll;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheServerFaultsTest {

    private static final int[] PROMPT = prompt(1, 10 * CHUNK);
    private static final Duration DEADLINE = Duration.ofMillis(400);

    private EmbeddedObjectStore store;
    private ObjectStoreAccess access;

    @BeforeEach
    void startStore() {
        store = EmbeddedObjectStore.start();
        access = store.access("us-east-1", "nixl", "");
    }

    @AfterEach
    void stopStore() {
        store.close();
    }

    @Test
    void aStoreThatRefusesDisablesTheS3TierAndNothingHangs() throws IOException {
        try (CacheServer server = CacheServer.start(config(at(TierFixture.closedPort(), access)))) {
            assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
            assertThat(adapter(server).path("is_healthy").asBoolean()).isFalse();
            assertHostTierGoesOn(server);
        }
    }

    @Test
    void aStoreThatNeverAnswersDisablesTheS3TierAndNothingHangs() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            try (CacheServer server = CacheServer.start(config(at(endpoint, access)), DEADLINE)) {
                assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
                assertHostTierGoesOn(server);
            }
        }
    }

    @Test
    void aStoreThatDiesUnderAWarmServerIsAMiss() {
        try (CacheServer server = CacheServer.start(config(access))) {
            storeAll(server, PROMPT, NO_SALT);
            awaitStores(server);
            server.dropHostTier();
            assertThat(lookup(server, PROMPT, NO_SALT)).isEqualTo(10);
            server.dropHostTier();
            store.close();

            assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
            assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
            assertThat(adapter(server).path("connection_disabled").asBoolean()).isTrue();
        }
    }

    @Test
    void aStoreThatDeniesIsAMissButStaysEnabled() {
        ObjectStoreAccess denied = store.access("us-east-1", "nixl", "");
        ObjectStoreAccess wrong =
                new ObjectStoreAccess(denied.endpoint(), "us-east-1", "nixl", "", true, wrongSecret(denied), "test");
        try (CacheServer server = CacheServer.start(config(wrong))) {
            storeAll(server, PROMPT, NO_SALT);
            Awaitility.await().until(() -> metric(server, "l2_store_completed_requests_total{l2_name=\"s3\"}") == 10);
            assertThat(metric(server, "l2_store_submitted_objects_chunks_total"))
                    .isEqualTo(10);
            assertThat(metric(server, "l2_store_completed_objects_chunks_total"))
                    .isZero();
            assertThat(adapter(server).path("is_healthy").asBoolean()).isTrue();
            assertThat(get(server, "/status").body())
                    .doesNotContain(denied.credentials().resolveCredentials().secretAccessKey())
                    .doesNotContain("wrong-secret");
        }
    }

    private static AwsCredentialsProvider wrongSecret(ObjectStoreAccess right) {
        return StaticCredentialsProvider.create(AwsBasicCredentials.create(
                right.credentials().resolveCredentials().accessKeyId(), "wrong-secret"));
    }

    @Test
    void answersAsTheLmCacheServerDoes() {
        try (CacheServer server = CacheServer.start(config(access))) {
            assertThat(get(server, "/healthcheck").body()).isEqualTo("{\"status\":\"healthy\"}");
            JsonNode status = json(get(server, "/status"));
            assertThat(status.path("is_healthy").asBoolean()).isTrue();
            assertThat(status.path("chunk_size").asInt()).isEqualTo(CHUNK);
            assertThat(adapter(server).toString())
                    .isEqualTo("{\"is_healthy\":true,\"type\":\"S3L2Adapter\",\"endpoint\":\"" + store.endpoint()
                            + "\",\"region\":\"us-east-1\",\"connection_failures\":0,\"connection_disabled\":false,"
                            + "\"current_size_bytes\":0}");
            assertAnswer(get(server, "/nope"), 404, "{\"detail\":\"Not Found\"}");
            assertAnswer(get(server, "/cache/clear"), 405, "{\"detail\":\"Method Not Allowed\"}");
            assertAnswer(
                    post(server, "/cache/clear", "{\"tier\":\"l2\"}"),
                    400,
                    "{\"detail\":\"tier 'l2' not supported; only 'l1'\"}");
            assertThat(post(server, "/cache/clear", "{").statusCode()).isEqualTo(422);
        }
    }

    @Test
    void clearingDropsHostMemoryAndKeepsTheObjects() {
        try (CacheServer server = CacheServer.start(config(access));
                CacheBucket bucket = new CacheBucket(access)) {
            storeAll(server, PROMPT, NO_SALT);
            awaitStores(server);

            assertThat(json(post(server, "/cache/clear", ""))
                            .at("/cleared/tier")
                            .asText())
                    .isEqualTo("l1");

            assertThat(bucket.list()).hasSize(10);
            assertThat(load(server, PROMPT, NO_SALT, 0)).hasSize(10).allMatch(chunk -> chunk.fromObjectStore());
        }
    }

    @Test
    void anEmptiedBucketIsColdAfterTheHostTierWasDropped() {
        try (CacheServer server = CacheServer.start(config(access));
                CacheBucket bucket = new CacheBucket(access)) {
            storeAll(server, PROMPT, NO_SALT);
            awaitStores(server);
            bucket.clear();
            server.dropHostTier();

            assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
            storeAll(server, PROMPT, NO_SALT);
            assertThat(bucket.awaitSettled(10, Duration.ofMillis(100), Duration.ofSeconds(10)))
                    .hasSize(10);
        }
    }

    @Test
    void leavesNoThreadBehind() {
        List<Thread> before = List.copyOf(Thread.getAllStackTraces().keySet());
        try (CacheServer server = CacheServer.start(config(access))) {
            storeAll(server, PROMPT, NO_SALT);
            server.dropHostTier();
            lookup(server, PROMPT, NO_SALT);
        }
        store.close();
        Awaitility.await().pollInSameThread().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(
                        Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread))
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("s3-client") || name.startsWith("cache-server")));
    }

    @Test
    void aClosedServerHasNothingAndTakesNothing() {
        CacheServer server = CacheServer.start(config(access));
        server.close();
        server.close();

        storeAll(server, PROMPT, NO_SALT);
        assertThat(lookup(server, PROMPT, NO_SALT)).isZero();
        assertThat(load(server, PROMPT, NO_SALT, 0)).isEmpty();
    }

    private static void assertHostTierGoesOn(CacheServer server) {
        storeAll(server, PROMPT, NO_SALT);
        assertThat(lookup(server, PROMPT, NO_SALT)).isEqualTo(10);
        assertThat(load(server, PROMPT, NO_SALT, 0)).hasSize(10);
        Awaitility.await().until(() -> metric(server, "num_inflight_l2_stores{l2_name=\"s3\"}") == 0);
        assertThat(metric(server, "l2_store_completed_objects_chunks_total")).isZero();
        assertThat(adapter(server).path("is_healthy").asBoolean()).isFalse();
        assertThat(adapter(server).path("connection_failures").asInt()).isEqualTo(3);
        assertThat(get(server, "/healthcheck").body()).isEqualTo("{\"status\":\"healthy\"}");
    }

    private static void awaitStores(CacheServer server) {
        Awaitility.await().until(() -> metric(server, "l2_store_completed_objects_chunks_total") == 10);
    }

    private static JsonNode adapter(CacheServer server) {
        return json(get(server, "/status")).at("/storage_manager/l2_adapters/0");
    }

    private static JsonNode json(HttpResponse<String> response) {
        try {
            return new ObjectMapper().readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    private static void assertAnswer(HttpResponse<String> response, int status, String body) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body()).isEqualTo(body);
    }
}
