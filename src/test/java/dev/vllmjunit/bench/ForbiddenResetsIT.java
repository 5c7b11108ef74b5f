package dev.vllmjunit.bench;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.workload.LongDocumentQa;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An embedded stack whose nodes let nobody reset their caches: two documents of 2,000 tokens, each asked twice. */
class ForbiddenResetsIT {

    private static final String RESET = "reset_prefix_cache";
    private static final Pattern SALT = Pattern.compile("\"cache_salt\":\"(run-[0-9a-f-]{36})\"");
    private static final LongDocumentQa WORKLOAD = EmbeddedRig.TWO_DOCUMENTS_TWICE;

    private final Map<RunningNode, FrontDoor> doors = new HashMap<>();
    private EmbeddedRig inner;

    @BeforeEach
    void start(@TempDir Path logs) {
        inner = EmbeddedRig.start(EmbeddedRig.request(logs));
    }

    @AfterEach
    void stop() {
        inner.close();
    }

    @Test
    void emptyComesAboutByASaltAndSaysSo() {
        EmbeddedRig rig = forbid(404, inner.stack.nodes());

        BenchmarkResult first = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();
        BenchmarkResult second = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(second.tokens()).isEqualTo(first.tokens());
        assertThat(second.tokens().computed()).isEqualTo(2 * 2_000 + 2 * 80);
        assertThat(second.transfers().bytes()).isEqualTo(first.transfers().bytes());
        assertThat(second.differences()).isEmpty();
        assertThat(second.conditions().facts())
                .containsEntry(
                        "cache state",
                        "EMPTY by a cache_salt of this run: the nodes do not allow resets (prefill-0, decode-0)");
        assertThat(salts(inner.stack.prefill().get(0))).as("one for each run").hasSize(2);
    }

    @Test
    void oneNodeThatForbidsThemIsEnough() {
        EmbeddedRig rig = forbid(404, inner.stack.decode());

        BenchmarkResult cold = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(cold.conditions().facts())
                .containsEntry(
                        "cache state", "EMPTY by a cache_salt of this run: the nodes do not allow resets (decode-0)");
    }

    @Test
    void warmNeedsNoReset() {
        EmbeddedRig rig = forbid(404, inner.stack.nodes());

        BenchmarkResult warm = rig.runner.run(WORKLOAD, CacheState.WARM).requireValid();

        assertThat(warm.conditions().facts()).doesNotContainKey("cache state");
        assertThat(salts(inner.stack.prefill().get(0))).isEmpty();
    }

    @Test
    void fromS3AloneIsInvalidBeforeTheCachesAreFilled() {
        EmbeddedRig rig = forbid(404, inner.stack.prefill());

        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(() -> rig.runner.run(WORKLOAD, CacheState.S3_ONLY))
                .satisfies(invalid -> assertThat(invalid.reason()).isEqualTo(InvalidReason.CACHE_STATE_NOT_REACHED));
        assertThat(requireNonNull(doors.get(inner.stack.prefill().get(0))).seen)
                .as("nothing but the warm-up")
                .filteredOn(request -> request.getKey().equals("v1/completions"))
                .hasSize(8);
    }

    @Test
    void nodesThatAllowThemGetNoSalt() {
        EmbeddedRig rig = forbid(404, List.of());

        BenchmarkResult cold = rig.runner.run(WORKLOAD, CacheState.EMPTY).requireValid();

        assertThat(cold.conditions().facts()).doesNotContainKey("cache state");
    }

    private EmbeddedRig forbid(int status, List<RunningNode> nodes) {
        nodes.forEach(
                node -> doors.put(node, inner.keep(new FrontDoor(node.endpoint(), status, request -> !request.uri()
                        .contains(RESET)))));
        Map<URI, URI> proxies = new HashMap<>();
        doors.forEach((node, door) -> proxies.put(node.endpoint(), door.endpoint()));
        return inner.keep(EmbeddedRig.around(inner.request, new BehindProxy(inner.stack, proxies)));
    }

    /** The salts of the router's requests to a node, each once. */
    private List<String> salts(RunningNode node) {
        return requireNonNull(doors.get(node)).seen.stream()
                .flatMap(request -> SALT.matcher(request.getValue()).results().map(MatchResult::group))
                .distinct()
                .toList();
    }
}
