package dev.vllmjunit.provision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ProvisionersTest {

    private final Provisioners provisioners = new Provisioners(List.of(
            new Fixed("willing", Suitability.able()),
            new Fixed("lab", Suitability.declined("no host is named; set vllm.lab.hosts"))));

    @Test
    void choosesByName() {
        assertThat(provisioners.choose("willing", request()).name()).isEqualTo("willing");
    }

    @Test
    void anUnknownNameListsTheKnownOnes() {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioners.choose("embeded", request()))
                .withMessage("vllm.stack is \"embeded\"; write one of lab, willing.");
    }

    @Test
    void aDeclinedTopologyListsEveryAnswer() {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioners.choose("lab", request()))
                .withMessage(
                        """
                        the lab stack cannot run 1P1D, CPU to CPU, no S3 cache:
                          lab: no host is named; set vllm.lab.hosts
                          willing: can; choose it with -Dvllm.stack=willing""");
    }

    @Test
    void findsTheLibrarysOwn() {
        ProvisionRequest request = request();

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> Provisioners.onClassPath().choose("none", request))
                .withMessageContaining("attach, docker, embedded");
    }

    private static ProvisionRequest request() {
        Topology topology = new Topology(
                "test",
                new ModelSpec("tiny", 5_000_000, 4, 256, 2, 64, 4, 32_768),
                List.of(node(NodeRole.PREFILL), node(NodeRole.DECODE)),
                new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), false),
                Optional.empty());
        return new ProvisionRequest(
                topology,
                new ProfileLoader(Path.of("profiles")).load("nixl-only"),
                Path.of("target"),
                Duration.ofSeconds(60));
    }

    private static NodeSpec node(NodeRole role) {
        return new NodeSpec(
                role,
                0,
                Accelerator.CPU,
                1,
                128,
                "127.0.0.1",
                OptionalInt.empty(),
                Optional.empty(),
                Map.of(),
                List.of());
    }

    private record Fixed(String name, Suitability answer) implements Provisioner {

        @Override
        public Suitability examine(ProvisionRequest request) {
            return answer;
        }

        @Override
        public RunningStack start(ProvisionRequest request) {
            throw new AssertionError("not to be started");
        }
    }
}
