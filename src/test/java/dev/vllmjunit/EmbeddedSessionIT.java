package dev.vllmjunit;

import static dev.vllmjunit.topology.Accelerator.GAUDI;
import static dev.vllmjunit.topology.Accelerator.ROCM;
import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.provision.RunningNode;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A class of tests on the embedded stack, from its first to its last moment. */
class EmbeddedSessionIT {

    private static final List<String> OURS =
            List.of("vllm-", "prefill-", "decode-", "cache-server-", "embedded-", "s3-", "qtp");

    private static final List<URI> ENDPOINTS = new CopyOnWriteArrayList<>();

    @Test
    void leavesNeitherThreadNorListeningPortBehind(@TempDir Path reports) {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        ENDPOINTS.clear();

        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(OneRun.class))
                .configurationParameter("vllm.stack", "embedded")
                .configurationParameter("vllm.reports.dir", reports.toString())
                .execute()
                .testEvents()
                .assertStatistics(stats -> stats.succeeded(1));

        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !before.contains(thread))
                        .extracting(Thread::getName)
                        .filteredOn(EmbeddedSessionIT::isOurs)
                        .isEmpty());
        assertThat(ENDPOINTS).hasSize(3).allSatisfy(EmbeddedSessionIT::refuses);
        assertThat(reports.resolve("results/results-nixl-s3.json")).exists();
    }

    /** Not what the JVM and the libraries keep for everyone. */
    private static boolean isOurs(String name) {
        return OURS.stream().anyMatch(name::startsWith);
    }

    private static void refuses(URI endpoint) {
        assertThatExceptionOfType(ConnectException.class)
                .isThrownBy(() -> new Socket(endpoint.getHost(), endpoint.getPort()).close());
    }

    @PrefillNode(ROCM)
    @DecodeNode(GAUDI)
    @S3Cache
    static class OneRun {

        @PerformanceTest
        void run(ServingStack stack) {
            Stream.concat(Stream.of(stack.endpoint()), stack.nodes().stream().map(RunningNode::endpoint))
                    .forEach(ENDPOINTS::add);
            stack.run(
                            longDocumentQa()
                                    .documents(1)
                                    .documentLength(600)
                                    .repeat(1)
                                    .outputTokens(2),
                            CacheState.EMPTY)
                    .requireValid();
        }
    }
}
