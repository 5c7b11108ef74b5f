package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class NodeCommandTest {

    private static final Topology TOPOLOGY = Requests.request("local", Map.of(), Optional.empty(), Path.of("target"))
            .topology();

    @Test
    void aPrefillNodeOffersNixlAndKeepsItsCacheInTheCacheServer() {
        assertThat(command(TOPOLOGY.prefill().get(0), OptionalInt.of(5555)).arguments())
                .containsExactly(
                        "serve",
                        "nixl/tiny",
                        "--served-model-name",
                        "tiny",
                        "--host",
                        "127.0.0.1",
                        "--port",
                        "8100",
                        "--dtype",
                        "float32",
                        "--max-model-len",
                        "32768",
                        "--block-size",
                        "128",
                        "--enable-prefix-caching",
                        "--enforce-eager",
                        "--enable-prompt-tokens-details",
                        "--kv-transfer-config",
                        "{\"kv_connector\":\"MultiConnector\",\"kv_role\":\"kv_both\",\"kv_buffer_device\":\"cpu\","
                                + "\"kv_connector_extra_config\":{\"connectors\":[{\"kv_connector\":\"NixlConnector\","
                                + "\"kv_role\":\"kv_both\",\"kv_buffer_device\":\"cpu\",\"kv_connector_extra_config\":"
                                + "{\"kv_lease_duration\":30,\"enforce_handshake_compat\":true}},"
                                + "{\"kv_connector\":\"LMCacheMPConnector\",\"kv_role\":\"kv_both\","
                                + "\"kv_connector_extra_config\":{\"lmcache.mp.host\":\"tcp://127.0.0.1\","
                                + "\"lmcache.mp.port\":5555,\"lmcache.mp.mq_timeout\":60}}]}}");
    }

    @Test
    void aDecodeNodeOnlyPulls() {
        assertThat(command(TOPOLOGY.decode().get(0), OptionalInt.empty()).arguments())
                .contains(
                        "{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_consumer\",\"kv_buffer_device\":\"cpu\","
                                + "\"kv_connector_extra_config\":{\"kv_lease_duration\":30,\"enforce_handshake_compat\":true}}");
    }

    @Test
    void nodesFindEachOtherWhateverTheProfileSays() {
        assertThat(command(TOPOLOGY.prefill().get(0), OptionalInt.empty()).environment())
                .containsEntry("VLLM_NIXL_SIDE_CHANNEL_HOST", "127.0.0.1")
                .containsEntry("VLLM_NIXL_SIDE_CHANNEL_PORT", "50051")
                .containsEntry("UCX_TLS", "tcp,self,sm")
                .containsEntry("UCX_NET_DEVICES", "all")
                .containsEntry("PYTHONHASHSEED", "0")
                .containsEntry("VLLM_SERVER_DEV_MODE", "1")
                .containsEntry("OMP_NUM_THREADS", "2");
    }

    private static NodeCommand command(NodeSpec spec, OptionalInt cacheServer) {
        return new NodeCommand(spec, TOPOLOGY.model(), TOPOLOGY.kvTransfer(), "nixl/tiny", 8100, 50051, cacheServer, 2);
    }
}
