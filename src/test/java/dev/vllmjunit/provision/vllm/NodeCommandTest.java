package dev.vllmjunit.provision.vllm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.local.Requests;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class NodeCommandTest {

    private static final Topology TOPOLOGY = Requests.request("local", Map.of(), Optional.empty(), Path.of("target"))
            .topology();

    @Test
    void aPrefillNodeOffersNixlAndKeepsItsCacheInTheCacheServer() {
        assertThat(command(TOPOLOGY.prefill().get(0), Optional.of(new LmCacheWriter("127.0.0.1", 5555, 256)))
                        .arguments())
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
                                + "\"kv_role\":\"kv_producer\",\"kv_buffer_device\":\"cpu\",\"kv_connector_extra_config\":"
                                + "{\"kv_lease_duration\":120,\"enforce_handshake_compat\":true}},"
                                + "{\"kv_connector\":\"LMCacheMPConnector\",\"kv_role\":\"kv_both\","
                                + "\"kv_connector_extra_config\":{\"lmcache.mp.host\":\"tcp://127.0.0.1\","
                                + "\"lmcache.mp.port\":5555,\"lmcache.mp.mq_timeout\":60}}]}}");
    }

    @Test
    void aPrefillNodeWithVllmsOwnTieringGetsItsKeysThroughTheEnvironmentAlone() {
        ObjectStoreAccess store = new ObjectStoreAccess(
                URI.create("http://127.0.0.1:7480"),
                "us-east-1",
                "nixl",
                "team/a/",
                true,
                StaticCredentialsProvider.create(AwsSessionCredentials.create("id-1", "secret-2", "token-3")),
                "Ceph RADOS Gateway");
        NodeCommand command = command(
                TOPOLOGY.prefill().get(0),
                Optional.of(new ObjWriter(
                        store, true, Optional.of(Path.of("/plugins")), Optional.of(Path.of("/run/store-ready")), 128)));

        assertThat(command.arguments())
                .contains("{\"kv_connector\":\"MultiConnector\",\"kv_role\":\"kv_both\",\"kv_buffer_device\":\"cpu\","
                        + "\"kv_connector_extra_config\":{\"connectors\":[{\"kv_connector\":\"NixlConnector\","
                        + "\"kv_role\":\"kv_producer\",\"kv_buffer_device\":\"cpu\",\"kv_connector_extra_config\":"
                        + "{\"kv_lease_duration\":120,\"enforce_handshake_compat\":true}},"
                        + "{\"kv_connector\":\"OffloadingConnector\",\"kv_role\":\"kv_both\",\"kv_connector_extra_config\":"
                        + "{\"spec_name\":\"CpuTieringOffloadingSpec\",\"spec_module_path\":\"cpu_tiering_spec\","
                        + "\"cpu_bytes_to_use\":1073741824,\"secondary_tiers\":[{\"type\":\"obj\",\"prefix\":\"team/a\","
                        + "\"io_threads\":4,\"store_config\":{\"bucket\":\"nixl\","
                        + "\"endpoint_override\":\"http://127.0.0.1:7480\",\"scheme\":\"http\","
                        + "\"region\":\"us-east-1\"}}]}}]}}");
        assertThat(command.environment())
                .containsEntry("AWS_ACCESS_KEY_ID", "id-1")
                .containsEntry("AWS_SECRET_ACCESS_KEY", "secret-2")
                .containsEntry("AWS_SESSION_TOKEN", "token-3")
                .containsEntry("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")
                .containsEntry("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")
                .containsEntry("NIXL_PLUGIN_DIR", "/plugins")
                .containsEntry("NIXL_TELEMETRY_ENABLE", "y")
                .containsEntry("VLLM_JUNIT_STORE_READY", "/run/store-ready");
        assertThat(command.arguments() + command.toString()).doesNotContain("id-1", "secret-2", "token-3");
    }

    @Test
    void keysOfOwnStoresTakeNoSessionAlong() {
        ObjectStoreAccess store = new ObjectStoreAccess(
                URI.create("http://127.0.0.1:7480"),
                "us-east-1",
                "nixl",
                "",
                true,
                StaticCredentialsProvider.create(AwsBasicCredentials.create("id-1", "secret-2")),
                "Ceph RADOS Gateway");

        assertThat(new ObjWriter(
                                store,
                                true,
                                Optional.of(Path.of("/plugins")),
                                Optional.of(Path.of("/run/store-ready")),
                                128)
                        .environment())
                .containsEntry("AWS_SESSION_TOKEN", "");
    }

    @Test
    void aDecodeNodeOnlyPulls() {
        assertThat(command(TOPOLOGY.decode().get(0), Optional.empty()).arguments())
                .contains(
                        "{\"kv_connector\":\"NixlConnector\",\"kv_role\":\"kv_consumer\",\"kv_buffer_device\":\"cpu\","
                                + "\"kv_connector_extra_config\":{\"kv_lease_duration\":120,\"enforce_handshake_compat\":true}}");
    }

    @Test
    void nodesFindEachOtherWhateverTheProfileSays() {
        assertThat(command(TOPOLOGY.prefill().get(0), Optional.empty()).environment())
                .containsEntry("VLLM_NIXL_SIDE_CHANNEL_HOST", "127.0.0.1")
                .containsEntry("VLLM_NIXL_SIDE_CHANNEL_PORT", "50051")
                .containsEntry("UCX_TLS", "tcp,self,sm")
                .containsEntry("UCX_NET_DEVICES", "all")
                .containsEntry("PYTHONHASHSEED", "0")
                .containsEntry("TORCH_COMPILE_DISABLE", "1")
                .containsEntry("VLLM_SERVER_DEV_MODE", "1")
                .containsEntry("OMP_NUM_THREADS", "2");
    }

    private static NodeCommand command(NodeSpec spec, Optional<S3Writer> writer) {
        return new NodeCommand(
                spec,
                TOPOLOGY.model(),
                TOPOLOGY.kvTransfer(),
                "nixl/tiny",
                "127.0.0.1",
                8100,
                50051,
                writer,
                OptionalInt.of(2));
    }
}
