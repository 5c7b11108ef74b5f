package dev.vllmjunit.provision.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.DockerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DockerRunLineTest {

    private static final Containers CONTAINERS =
            new Containers(DockerSettings.Pull.NEVER, Duration.ofSeconds(1), line -> {}, "1a2b");

    @Test
    void givesARocmContainerItsDeviceFilesAndTheVideoGroup() {
        assertThat(DockerRunLine.of(spec(Accelerator.ROCM, Ipc.own("16g"))))
                .isEqualTo(
                        "docker run --rm --detach --name=prefill-0 --net=host --entrypoint= --shm-size=16g --device=/dev/kfd --device=/dev/dri"
                                + " --group-add=video --volume=/hf:/root/.cache/huggingface -e UCX_NET_DEVICES=mlx5_0:1 -e HF_TOKEN"
                                + " vllm:1 vllm serve m --kv-transfer-config '{\"kv_role\":\"kv_producer\"}'");
    }

    @Test
    void givesAGaudiContainerTheHabanaRuntime() {
        assertThat(DeviceFlags.of(Accelerator.GAUDI).options()).containsExactly("--runtime=habana");
        assertThat(DeviceFlags.of(Accelerator.GAUDI).environment())
                .containsOnly(
                        Map.entry("HABANA_VISIBLE_DEVICES", "all"),
                        Map.entry("OMPI_MCA_btl_vader_single_copy_mechanism", "none"));
    }

    @Test
    void aContainerMayJoinTheMemoryOfAnotherAndACpuGetsNoDevice() {
        assertThat(DockerRunLine.of(spec(Accelerator.CPU, Ipc.of("lmcache-server"))))
                .startsWith(
                        "docker run --rm --detach --name=prefill-0 --net=host --entrypoint= --ipc=container:lmcache-server --volume=");
    }

    @Test
    void theApiIsToldTheSameAsTheLine() {
        var host = CONTAINERS.hostConfig(spec(Accelerator.ROCM, Ipc.own("16g")));

        assertThat(host.getNetworkMode()).isEqualTo("host");
        assertThat(host.getShmSize()).isEqualTo(17_179_869_184L);
        assertThat(host.getDevices()).extracting("pathOnHost").containsExactly("/dev/kfd", "/dev/dri");
        assertThat(host.getGroupAdd()).containsExactly("video");
        assertThat(CONTAINERS
                        .hostConfig(spec(Accelerator.CPU, Ipc.of("lmcache-server")))
                        .getIpcMode())
                .isEqualTo("container:vllm-junit-lmcache-server-1a2b");
    }

    private static ContainerSpec spec(Accelerator accelerator, Ipc ipc) {
        return new ContainerSpec(
                "prefill-0",
                "127.0.0.1",
                "vllm:1",
                List.of("vllm", "serve", "m", "--kv-transfer-config", "{\"kv_role\":\"kv_producer\"}"),
                new TreeMap<>(Map.of("UCX_NET_DEVICES", "mlx5_0:1")),
                new TreeMap<>(Map.of("HF_TOKEN", "never-shown-1")),
                List.of("/hf:/root/.cache/huggingface"),
                DeviceFlags.of(accelerator),
                ipc,
                Optional.empty());
    }
}
