package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The bucket, its name and its store's clock. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoreChecksTest {

    private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

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
    void aBucketThatCanBeUsedIsLeftAsItWas() {
        ObjectStoreAccess access = store.access("us-east-1", "good", "run/");

        assertThat(new S3Check(access).examine()).isEqualTo(Finding.ok("list, put, get and delete of one object"));
        try (CacheBucket bucket = new CacheBucket(access)) {
            assertThat(bucket.keysBelow("")).isEmpty();
        }
    }

    @Test
    void saysEachCallThatFails() {
        ObjectStoreAccess access = store.access("us-east-1", "keys", "");
        String key = access.credentials().resolveCredentials().accessKeyId();
        String denied = "HTTP 403 SignatureDoesNotMatch";

        assertThat(new S3Check(with(access, key, "not-the-secret")).examine())
                .isEqualTo(Finding.failed(
                        "list: " + denied + "; put: " + denied + "; delete: " + denied,
                        "check the secret key (from StaticCredentialsProvider): the store knows the access key and expects"
                                + " another signature, as also where a proxy changes the Host header"));
    }

    @Test
    void showsNoKeyThatTheStoreDoesNotKnow() {
        ObjectStoreAccess access = store.access("us-east-1", "keys", "");
        Finding finding = new S3Check(with(access, "AKIDNOTKNOWN", "some-secret")).examine();

        assertThat(finding.found()).startsWith("list: HTTP 403 InvalidAccessKeyId; put: ");
        assertThat(finding.remedy())
                .isEqualTo(
                        "check the access key (from StaticCredentialsProvider): this store knows no such key, another one may");
        assertThat(finding.toString()).doesNotContain("AKIDNOTKNOWN", "some-secret");
    }

    @Test
    void triesNothingMoreWhereNobodyAnswers() throws Exception {
        URI nobody;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        ObjectStoreAccess there = store.access("us-east-1", "there", "");
        ObjectStoreAccess access =
                new ObjectStoreAccess(nobody, "us-east-1", "there", "", true, there.credentials(), there.description());

        assertThat(new S3Check(access).examine())
                .isEqualTo(Finding.failed(
                        "list: connection refused",
                        "check that the gateway runs and that host and port of the endpoint are right"));
        assertThat(new S3Check(access).where()).isEqualTo(nobody + ", bucket there");
    }

    @Test
    void theNameOfABucketResolves() {
        assertThat(name("http://s3.lab:7480", name -> List.of("10.0.0.9", name), Status.FAILED))
                .isEqualTo(Finding.ok("nixl.s3.lab is 10.0.0.9, nixl.s3.lab"));
    }

    @Test
    void aNameThatDoesNotResolveNamesTheRecord() {
        assertThat(name("https://s3.lab", NameLookup.on(FakeTree.saying(2, "")), Status.FAILED))
                .isEqualTo(
                        Finding.failed(
                                "nixl.s3.lab does not resolve",
                                "a DNS record *.s3.lab that points to the gateway, and rgw dns name = s3.lab in Ceph's configuration"));
        assertThat(name("https://s3.invalid", NameLookup.HERE, Status.WARNING).status())
                .isEqualTo(Status.WARNING);
    }

    @Test
    void anAddressHasNoNamesBelowIt() {
        assertThat(name("http://10.0.0.9:7480", NameLookup.HERE, Status.FAILED))
                .isEqualTo(Finding.failed(
                        "the endpoint is an address: nixl.10.0.0.9 cannot resolve",
                        "a host name in s3Cache.endpoint, with a wildcard record *.NAME; rgw dns name = NAME"));
    }

    @Test
    void aNameOnAHostWithoutGetentIsNotChecked() {
        assertThatThrownBy(() -> name(
                        "https://s3.lab", NameLookup.on(FakeTree.saying(127, "sh: getent: not found")), Status.FAILED))
                .hasMessage("no getent on gpu-1");
    }

    @Test
    void readsTheAddressesOfAName() {
        Host host =
                FakeTree.saying(0, "10.0.0.9        STREAM nixl.s3.lab\n10.0.0.9        DGRAM\n10.0.0.9        RAW\n");
        assertThat(NameLookup.on(host).addresses("nixl.s3.lab")).containsExactly("10.0.0.9");
    }

    @Test
    void clocksAreNearEachOther() {
        assertThat(new ClockCheck("gpu-1", Clock.of(Host.here()), Instant::now)
                        .examine()
                        .status())
                .isEqualTo(Status.OK);
        ControlClient control = new ControlClient(Duration.ofSeconds(5));
        assertThat(new ClockCheck("S3", Clock.of(control, store.endpoint()), Instant::now)
                        .examine()
                        .status())
                .isEqualTo(Status.OK);
    }

    @Test
    void aClockIsJudgedBeyondItsUncertainty() {
        assertThat(clock(NOON.plusMillis(1_550), Duration.ofMillis(500)))
                .isEqualTo(Finding.ok("1.500 s ahead of this machine, ± 0.550 s"));
        assertThat(clock(NOON.minusMillis(2_950), Duration.ZERO))
                .isEqualTo(Finding.warning(
                        "3.000 s behind this machine, ± 0.050 s",
                        "set the clocks by NTP (chronyc tracking): times in logs do not compare"));
        assertThat(clock(NOON.plusSeconds(901), Duration.ofMillis(500)))
                .isEqualTo(Finding.failed(
                        "900.950 s ahead of this machine, ± 0.550 s",
                        "set the clocks by NTP (chronyc tracking): S3 refuses signatures from 15 min away"));
    }

    @Test
    void aClockThatShowsNothingIsNotChecked() {
        assertThatThrownBy(
                        new ClockCheck("gpu-1", Clock.of(FakeTree.saying(0, "1764331200.%N\n")), Instant::now)::examine)
                .hasMessage("date said: 1764331200.%N");
    }

    /** Asked at noon, answered 100 ms later. */
    private static Finding clock(Instant there, Duration coarse) {
        Iterator<Instant> here = List.of(NOON, NOON.plusMillis(100)).iterator();
        return new ClockCheck("gpu-1", () -> new Clock.Reading(there, coarse), here::next).examine();
    }

    private static Finding name(String endpoint, NameLookup names, Status otherwise) {
        S3CacheSpec s3 = new S3CacheSpec(
                "nixl", Optional.of(URI.create(endpoint)), "us-east-1", true, S3CacheSpec.Writer.LMCACHE, 256);
        return new BucketNameCheck("gpu-1", names, s3, URI.create(endpoint), otherwise).examine();
    }

    private static ObjectStoreAccess with(ObjectStoreAccess access, String key, String secret) {
        AwsCredentialsProvider keys = StaticCredentialsProvider.create(AwsBasicCredentials.create(key, secret));
        return new ObjectStoreAccess(
                access.endpoint(), access.region(), access.bucket(), "", true, keys, access.description());
    }
}
