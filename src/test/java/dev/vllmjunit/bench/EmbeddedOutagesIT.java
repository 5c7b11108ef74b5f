package dev.vllmjunit.bench;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.kvstore.AwsKeys;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.embedded.EmbeddedProvisioner;
import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.RepeatMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Parts of an embedded stack that do not come up or go away: what is said, and that nothing stays. */
@Timeout(60)
class EmbeddedOutagesIT {

    private static final LongDocumentQa WORKLOAD = longDocumentQa()
            .documents(3)
            .documentLength(2_000)
            .repeat(1)
            .order(RepeatMode.TILE)
            .concurrency(1)
            .outputTokens(8);

    private final Path logs;

    private Leftovers before;

    EmbeddedOutagesIT(@TempDir Path logs) {
        this.logs = logs;
    }

    @BeforeAll
    static void startOnce(@TempDir Path logs) throws Exception {
        EmbeddedRig.start(EmbeddedRig.request(logs)).close();
    }

    @BeforeEach
    void look() {
        before = Leftovers.before();
        AwsKeys.use("test", "test");
    }

    @AfterEach
    void nothingIsLeft() {
        AwsKeys.forget();
        before.assertNone();
    }

    @Test
    void anObjectStoreThatRefusesFromTheStart() throws Exception {
        URI nowhere = URI.create("http://127.0.0.1:" + freePorts(1));

        assertNotStarted(
                EmbeddedRig.request(logs, 1, 1, Map.of("vllm.s3.endpoint", nowhere.toString())),
                "object store: S3 LIST below '' failed at " + nowhere
                        + ", bucket 'nixl' (path-style, region us-east-1): connection refused.\n"
                        + "Check that the gateway runs and that host and port of the endpoint are right.");
    }

    @Test
    void anObjectStoreThatGoesAwayInTheCourseOfARun() throws Exception {
        EmbeddedObjectStore store = EmbeddedObjectStore.start();
        AwsKeys.use(store.access("us-east-1", "nixl", "").credentials().resolveCredentials());
        URI endpoint = store.endpoint();
        Map<String, String> settings = Map.of("vllm.s3.endpoint", endpoint.toString());
        try (EmbeddedRig rig = EmbeddedRig.start(EmbeddedRig.request(logs, 1, 1, settings))) {
            rig.keep(store);
            List<String> healthy = texts(rig.runner.run(WORKLOAD, CacheState.S3_ONLY));
            rig.observer.afterAnAnswer(store::close);

            BenchmarkResult without = rig.runner.run(WORKLOAD, CacheState.S3_ONLY);

            assertThat(texts(without)).as("what is not loaded is computed").isEqualTo(healthy);
            assertThat(without.tokens().s3()).isEqualTo(1_792);
            assertThat(without.problems())
                    .containsExactly(
                            new Problem(
                                    InvalidReason.NOT_OBSERVABLE,
                                    "the cache objects could not be listed after the run: S3 LIST below '"
                                            + EmbeddedRig.MODEL
                                            + "@' failed at " + endpoint
                                            + ", bucket 'nixl' (path-style, region us-east-1): connection refused.\n"
                                            + "Check that the gateway runs and that host and port of the endpoint are right."),
                            new Problem(
                                    InvalidReason.CACHE_STATE_NOT_REACHED,
                                    "the run was to start S3_ONLY: each prompt loads the whole chunks that no earlier one has brought from the object"
                                            + " store, 5376 tokens in all, but 1792 came from it, 0 from host memory and 0 from the"
                                            + " engines' own caches"));
        }
    }

    @Test
    void aDecodeNodeThatIsStoppedInTheCourseOfARun() throws Exception {
        ProvisionRequest request = EmbeddedRig.request(logs);
        try (RunningStack decodes = new EmbeddedProvisioner().start(request);
                EmbeddedRig rig = EmbeddedRig.around(
                        request, new MixedStack(new EmbeddedProvisioner().start(request), decodes))) {
            URI decode = decodes.decode().get(0).endpoint();
            rig.observer.afterAnAnswer(decodes::close);

            assertThatExceptionOfType(InvalidRunException.class)
                    .isThrownBy(() -> rig.runner.run(WORKLOAD, CacheState.EMPTY))
                    .satisfies(invalid -> assertThat(invalid.reason()).isEqualTo(InvalidReason.REQUESTS_FAILED))
                    .withMessageMatching(
                            "INVALID \\(REQUESTS_FAILED\\): 2 of 3 requests failed; the first, [^:]+: .*Decode hop failed: node"
                                    + " decode-0 at " + decode
                                    + " refused the connection; check that it runs and that the URL is"
                                    + " right\\..*\n  and then a node's counters could not be read: GET " + decode
                                    + "/metrics failed within 30000 ms: ConnectException.*");
            assertThat(rig.runner.rawMetrics().get("decode-0"))
                    .startsWith("# not read: GET " + decode + "/metrics failed within 30000 ms: ConnectException");
        }
    }

    @Test
    void aPinnedPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertNotStarted(
                    EmbeddedRig.request(logs, 1, 1, Map.of("vllm.decode.port", Integer.toString(port))),
                    "decode-0: port " + port
                            + " is in use; free it, or leave decode.port out of the profile for a free one");
        }
    }

    @Test
    void aStartThatFailsAtTheLastOfFourNodes() throws Exception {
        int first = freePorts(2);
        try (ServerSocket taken = new ServerSocket(first + 1, 1, InetAddress.getLoopbackAddress())) {
            assertNotStarted(
                    EmbeddedRig.request(logs, 2, 2, Map.of("vllm.decode.port", Integer.toString(first))),
                    "decode-1: port " + taken.getLocalPort()
                            + " is in use; free it, or leave decode.port out of the profile for a free one");
        }
    }

    private static void assertNotStarted(ProvisionRequest request, String message) {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> new EmbeddedProvisioner().start(request))
                .withMessage(message);
    }

    /** The first of so many adjacent ports that were free a moment ago. */
    private static int freePorts(int count) throws IOException {
        for (int port = 20_000; port < 30_000; port += count) {
            if (areFree(port, count)) {
                return port;
            }
        }
        throw new IOException("no " + count + " adjacent ports are free");
    }

    private static boolean areFree(int port, int count) {
        for (int i = 0; i < count; i++) {
            try (ServerSocket probe = new ServerSocket(port + i, 1, InetAddress.getLoopbackAddress())) {
                assertThat(probe.isBound()).isTrue();
            } catch (IOException inUse) {
                return false;
            }
        }
        return true;
    }

    private static List<String> texts(BenchmarkResult result) {
        assertThat(result.requests())
                .allSatisfy(request -> assertThat(request.error()).isEmpty());
        return result.requests().stream().map(RequestRecord::text).toList();
    }
}
