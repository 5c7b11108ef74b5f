package dev.vllmjunit.kvstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CacheBucketTest {

    private static EmbeddedObjectStore store;

    @BeforeAll
    static void start() {
        store = EmbeddedObjectStore.start();
    }

    @AfterAll
    static void stop() {
        store.close();
    }

    @Test
    void probeLeavesNothingBehind() {
        try (CacheBucket bucket = new CacheBucket(access("probe", "run/"))) {
            bucket.probe();
            assertThat(bucket.list()).isEmpty();
        }
    }

    @Test
    void listsInPagesBelowThePrefix() {
        try (CacheBucket all = new CacheBucket(access("pages", ""));
                CacheBucket run = new CacheBucket(access("pages", "run/"))) {
            fill(run, "run/", 1, 1005);
            all.write("other/" + key(1), bytes("x"));

            assertThat(run.list())
                    .hasSize(1005)
                    .contains(new CacheObject("run/" + key(7), 1, "8f14e45fceea167a5a36dedd4bea2543"));
            assertThat(all.list()).hasSize(1006);
        }
    }

    @Test
    void clearsBelowThePrefixAlone() {
        try (CacheBucket all = new CacheBucket(access("clear", ""));
                CacheBucket run = new CacheBucket(access("clear", "run/"))) {
            fill(run, "run/", 1, 1005);
            all.write("run2/" + key(1), bytes("x"));

            assertThat(run.clear()).isEqualTo(1005);
            assertThat(run.clear()).isZero();
            assertThat(all.list()).extracting(CacheObject::key).containsExactly("run2/" + key(1));
        }
    }

    @Test
    void clearsBelowAPrefixThatIsPartOfTheKeys() {
        try (CacheBucket bucket = new CacheBucket(access("half", "run/tiny@"))) {
            bucket.write("run/" + key(1), bytes("x"));

            assertThat(bucket.clear()).isOne();
        }
    }

    @Test
    void leavesAloneWhatNoCacheWrote() {
        try (CacheBucket bucket = new CacheBucket(access("shared", ""))) {
            fill(bucket, "", 1, 2);
            bucket.write("backups/2026.tar", bytes("precious"));

            assertThat(bucket.list()).hasSize(2);
            assertThat(bucket.clear()).isEqualTo(2);
            assertThat(bucket.read("backups/2026.tar")).isEqualTo(bytes("precious"));
        }
    }

    @Test
    void readsWhatItWrote() {
        try (CacheBucket bucket = new CacheBucket(access("content", ""))) {
            bucket.write("a@b c/ü", bytes("v1"));
            bucket.write("a@b c/ü", bytes("v2"));
            assertThat(bucket.read("a@b c/ü")).isEqualTo(bytes("v2"));
            bucket.delete("a@b c/ü");
            assertThatThrownBy(() -> bucket.read("a@b c/ü"))
                    .isInstanceOf(ObjectStoreException.class)
                    .hasMessage(
                            "S3 GET of a@b c/ü failed at " + store.endpoint()
                                    + ", bucket 'content' (path-style, region us-east-1): HTTP 404 NoSuchKey.\n"
                                    + "Check that the bucket exists under this name, and the addressing style (virtual-hosted is the other one).");
        }
    }

    @Test
    void waitsForWritesBehindTheRequest() {
        try (CacheBucket bucket = new CacheBucket(access("settle", ""))) {
            CompletableFuture<Void> writes = CompletableFuture.runAsync(
                    () -> fill(bucket, "", 1, 20), CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));

            List<CacheObject> settled = bucket.awaitSettled(20, Duration.ofMillis(150), Duration.ofSeconds(10));

            assertThat(settled).hasSize(20);
            assertThat(writes).succeedsWithin(Duration.ofSeconds(5));
        }
    }

    @Test
    void saysHowManyObjectsWereThereWhenTheyDoNotSettle() {
        ObjectStoreAccess access = access("unsettled", "run/");
        try (CacheBucket bucket = new CacheBucket(access)) {
            fill(bucket, "run/", 1, 3);
            assertThatThrownBy(() -> bucket.awaitSettled(5, Duration.ofMillis(100), Duration.ofMillis(300)))
                    .isInstanceOf(ObjectStoreException.class)
                    .hasMessage("embedded S3 server (s3proxy) " + store.endpoint()
                            + "/unsettled/run/ did not settle within 300 ms: at least 5 objects were expected, 3 are there.\n"
                            + "Check the cache server's store failures: its log and its /status.");
        }
    }

    @Test
    void namesTheWrongSecret() {
        String identity = access("keys", "").credentials().resolveCredentials().accessKeyId();
        AwsCredentialsProvider wrong =
                StaticCredentialsProvider.create(AwsBasicCredentials.create(identity, "not-the-secret"));
        assertProbeFails(
                with(access("keys", ""), wrong),
                "S3 LIST below '' failed at " + store.endpoint()
                        + ", bucket 'keys' (path-style, region us-east-1): HTTP 403 SignatureDoesNotMatch.\n"
                        + "Check the secret key (from StaticCredentialsProvider): the store knows the access key and expects another"
                        + " signature, as also where a proxy changes the Host header.",
                ObjectStoreException.Kind.DENIED);
    }

    @Test
    void namesAMissingBucket() {
        ObjectStoreAccess there = access("there", "");
        assertProbeFails(
                new ObjectStoreAccess(
                        there.endpoint(), "us-east-1", "not-there", "", true, there.credentials(), there.description()),
                "S3 LIST below '' failed at " + store.endpoint()
                        + ", bucket 'not-there' (path-style, region us-east-1): HTTP 404 NoSuchBucket.\n"
                        + "Check that the bucket exists under this name, and the addressing style (virtual-hosted is the other one).",
                ObjectStoreException.Kind.NOT_FOUND);
    }

    @Test
    void namesARefusedConnection() throws Exception {
        URI closed = closedPort();
        assertProbeFails(
                at(closed, access("refused", "")),
                "S3 LIST below '' failed at " + closed
                        + ", bucket 'refused' (path-style, region us-east-1): connection refused.\n"
                        + "Check that the gateway runs and that host and port of the endpoint are right.",
                ObjectStoreException.Kind.CONNECTION);
    }

    @Test
    void endsACallThatIsNeverAnswered() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress())) {
            URI endpoint = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            try (CacheBucket bucket = new CacheBucket(at(endpoint, access("silent", "")), Duration.ofMillis(600))) {
                assertThatThrownBy(bucket::probe)
                        .isInstanceOf(ObjectStoreException.class)
                        .hasMessage(
                                "S3 LIST below '' failed at " + endpoint
                                        + ", bucket 'silent' (path-style, region us-east-1): no answer within the deadline.\n"
                                        + "Check that the gateway is alive and reachable, with no proxy or firewall in between.");
            }
        }
    }

    @Test
    void namesMissingCredentials() {
        AwsCredentialsProvider none = AwsCredentialsProviderChain.of(SystemPropertyCredentialsProvider.create());
        assertProbeFails(
                with(access("anonymous", ""), none),
                "S3 LIST below '' failed at " + store.endpoint()
                        + ", bucket 'anonymous' (path-style, region us-east-1): no credentials were found by"
                        + " AwsCredentialsProviderChain.\n"
                        + "Check that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are set, or that AWS_PROFILE names a profile with"
                        + " keys.",
                ObjectStoreException.Kind.DENIED);
    }

    @Test
    void countsTraffic() {
        StoreTraffic before = store.traffic();
        try (CacheBucket bucket = new CacheBucket(access("traffic", ""))) {
            bucket.write(key(1), bytes("12345"));
            bucket.read(key(1));
            bucket.read(key(1));
            bucket.clear();
        }
        assertThat(store.traffic().minus(before)).isEqualTo(new StoreTraffic(2, 10, 1, 5, 1));
    }

    @Test
    void refusesToHoldMoreThanItsCapacity() {
        try (EmbeddedObjectStore small = EmbeddedObjectStore.start(10);
                CacheBucket bucket = new CacheBucket(small.access("us-east-1", "small", ""))) {
            bucket.write("a", new byte[8]);
            assertThatThrownBy(() -> bucket.write("b", new byte[8]))
                    .hasMessage("S3 PUT of b failed at " + small.endpoint()
                            + ", bucket 'small' (path-style, region us-east-1): HTTP 507.\n"
                            + "Check how much is stored: the store is full.");
            bucket.delete("a");
            bucket.write("b", new byte[8]);
        }
    }

    @Test
    void refusesABucketNameThatS3Refuses() {
        assertThatThrownBy(() -> access("No", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "bucket 'No' is no S3 bucket name; use 3 to 63 lower-case letters, digits, dots and hyphens, no dot or"
                                + " hyphen at the ends");
    }

    @Test
    void showsNoKey() {
        ObjectStoreAccess access = access("secret", "");
        assertThat(access.toString())
                .doesNotContain(access.credentials().resolveCredentials().accessKeyId())
                .doesNotContain(access.credentials().resolveCredentials().secretAccessKey());
    }

    @Test
    void leavesNoThreadBehind() {
        List<Thread> before = threads();
        EmbeddedObjectStore mine = EmbeddedObjectStore.start();
        try (CacheBucket bucket = new CacheBucket(mine.access("us-east-1", "threads", ""))) {
            bucket.probe();
        }
        mine.close();
        Awaitility.await().pollInSameThread().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(threads())
                .filteredOn(thread -> !before.contains(thread))
                .filteredOn(thread -> !thread.getName().startsWith("globalEventExecutor"))
                .extracting(Thread::getName)
                .isEmpty());
    }

    private static List<Thread> threads() {
        return List.copyOf(Thread.getAllStackTraces().keySet());
    }

    private static void assertProbeFails(ObjectStoreAccess access, String message, ObjectStoreException.Kind kind) {
        try (CacheBucket bucket = new CacheBucket(access)) {
            assertThatThrownBy(bucket::probe)
                    .isInstanceOfSatisfying(ObjectStoreException.class, e -> assertThat(e.kind())
                            .isEqualTo(kind))
                    .hasMessage(message);
        }
    }

    private static void fill(CacheBucket bucket, String prefix, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> bucket.write(prefix + key(i), bytes("" + i % 10)));
    }

    private static String key(int chunk) {
        return new LmCacheKey("tiny", 0, 0, String.format("%08x", chunk), Optional.empty()).text();
    }

    private static ObjectStoreAccess access(String bucket, String keyPrefix) {
        return store.access("us-east-1", bucket, keyPrefix);
    }

    private static ObjectStoreAccess with(ObjectStoreAccess access, AwsCredentialsProvider credentials) {
        return new ObjectStoreAccess(
                access.endpoint(), access.region(), access.bucket(), access.keyPrefix(), true, credentials, "test");
    }

    private static ObjectStoreAccess at(URI endpoint, ObjectStoreAccess access) {
        return new ObjectStoreAccess(
                endpoint, access.region(), access.bucket(), access.keyPrefix(), true, access.credentials(), "test");
    }

    private static URI closedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
