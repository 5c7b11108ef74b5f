package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.Settings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The preflight as a command. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PreflightTest {

    private final List<String> said = new ArrayList<>();

    @Test
    void theEmbeddedStackNeedsNothing() {
        assertThat(preflight(Map.of(), "nixl-s3")).isZero();
        assertThat(said).singleElement().asString().contains("can run 1P1D, ROCM to GAUDI, S3 cache in bucket nixl");
        assertThat(said.get(0)).endsWith("1 ok, 0 warning, 0 failed, 0 not checked");
    }

    @Test
    void aFailureMakesItExitWithOne() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());

            assertThat(preflight(Map.of("vllm.router.port", port), "nixl-only")).isEqualTo(1);
            assertThat(said).singleElement().asString().contains("| failed | taken: " + port + " (router)");
        }
    }

    @Test
    void printsJson() {
        assertThat(preflight(Map.of("vllm.profile", "nixl-only"), "--json")).isZero();
        assertThat(said).singleElement().asString().startsWith("{").contains("\"check\" : \"stack\"");
    }

    @Test
    void looksAtNodesThatDoNotRun() {
        Map<String, String> attach = Map.of(
                "vllm.stack", "attach",
                "vllm.attach.prefill", "http://127.0.0.1:1",
                "vllm.attach.decode", "http://127.0.0.1:2");

        assertThat(preflight(attach, "nixl-only")).isEqualTo(1);
        assertThat(said.get(0))
                .contains("prefill-0 http://127.0.0.1:1", "decode-0 http://127.0.0.1:2")
                .endsWith("1 ok, 0 warning, 2 failed, 3 not checked");
    }

    @Test
    void whatCannotBeReadExitsWithTwo() {
        assertThat(preflight(Map.of(), "nixl-s4")).isEqualTo(2);
        assertThat(preflight(Map.of(), "nixl-only", "local")).isEqualTo(2);
        assertThat(preflight(Map.of("vllm.stack", "moon"), "nixl-only")).isEqualTo(2);
        assertThat(preflight(Map.of("vllm.stak", "local"), "nixl-only")).isEqualTo(2);
        assertThat(said).hasSize(4);
        assertThat(said.get(0)).startsWith("there is no profile nixl-s4; did you mean nixl-s3?");
        assertThat(said.get(1)).isEqualTo("One profile at a time, not [nixl-only, local].");
        assertThat(said.get(2)).startsWith("vllm.stack is \"moon\"; write one of attach, ");
        assertThat(said.get(3)).startsWith("system property vllm.stak is no setting");
    }

    private int preflight(Map<String, String> settings, String... arguments) {
        return new Preflight(() -> new Settings(settings, Map.of(), name -> Optional.empty()), said::add)
                .run(List.of(arguments));
    }
}
