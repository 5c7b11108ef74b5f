package dev.vllmjunit.provision.attach;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a node that answers what a test tells it to. */
class AttachProvisionerTest {

    private static final String MODEL = "meta-llama/Llama-3.1-70B";

    private final AttachProvisioner provisioner = new AttachProvisioner();
    private HttpServer node;
    private @Nullable HttpServer other;

    @BeforeEach
    void startNode() throws Exception {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        answer("/health", "");
        answer("/version", "{\"version\":\"0.32.0\"}");
        answer("/v1/models", "{\"data\":[{\"id\":\"" + MODEL + "\"}]}");
        answer("/metrics", "vllm:cache_config_info{block_size=\"128\",engine=\"0\"} 1.0\n");
        node.start();
    }

    @AfterEach
    void stopNode() {
        node.stop(0);
        if (other != null) {
            other.stop(0);
        }
    }

    @Test
    void usesTheNodesThatRunAndSaysWhatTheyAre() {
        answer("/server_info", "{\"vllm_config\":{\"device_config\":{\"device\":\"cpu\"}}}");

        try (RunningStack stack = provisioner.start(request(url(), url()))) {
            assertThat(stack.modelled()).isFalse();
            assertThat(stack.facts())
                    .containsEntry("prefill-0", url() + ", vLLM 0.32.0 on cpu (declared ROCM)")
                    .containsEntry("decode-0", url() + ", vLLM 0.32.0 on cpu (declared GAUDI)")
                    .containsEntry("vLLM", "prefill-0 0.32.0; decode-0 0.32.0")
                    .containsEntry("hardware", "prefill-0 cpu; decode-0 cpu");
        }
    }

    @Test
    void aNodeThatDoesNotTellItsDeviceIsUsedAllTheSame() {
        try (RunningStack stack = provisioner.start(request(url(), url()))) {
            assertThat(stack.facts().get("prefill-0")).endsWith("on a device it does not tell (declared ROCM)");
        }
    }

    @Test
    void declinesWithoutUrls() {
        assertThat(provisioner.examine(request("", url())))
                .isEqualTo(Suitability.declined("the class declares 1 prefill node(s), but 0 URL(s) are given []; set"
                        + " vllm.attach.prefill=http://HOST:PORT,…"));
    }

    @Test
    void refusesAnotherModel() {
        node.removeContext("/v1/models");
        answer("/v1/models", "{\"data\":[{\"id\":\"tiny\"}]}");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url())))
                .withMessage("prefill-0 at " + url() + " serves [tiny], but the profile's model.id is " + MODEL
                        + "; describe the served model in the profile, or set vllm.model if only its name differs");
    }

    @Test
    void refusesUnequalBlocks() {
        node.removeContext("/metrics");
        answer("/metrics", "vllm:cache_config_info{a_block_size=\"9\",block_size=\"256\",engine=\"0\"} 1.0\n");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url())))
                .withMessage("prefill-0 at " + url() + " has blocks of 256 tokens, but the profile says"
                        + " prefill.blockSize: 128; prefill and decode nodes need equal blocks, or the decode node's text"
                        + " may silently be wrong: correct --block-size or the profile");
    }

    @Test
    void buildsOfOneReleaseForSeveralAcceleratorsAgree() throws Exception {
        other("0.32.0+gaudi", "float32");
        answer("/server_info", info("float32"));

        provisioner.start(request(url(), otherUrl())).close();
    }

    @Test
    void refusesAnotherEngineVersion() throws Exception {
        other("0.31.2", "float32");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request(url(), otherUrl())))
                .withMessage("prefill-0 at " + url() + " has engine version 0.32.0, but decode-0 at " + otherUrl()
                        + " has 0.31.2; nodes that hand each other KV cache need the same: run one vLLM release on all"
                        + " nodes");
    }

    @Test
    void refusesAnotherDtype() throws Exception {
        other("0.32.0", "bfloat16");
        answer("/server_info", info("float32"));

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request(url(), otherUrl())))
                .withMessage("prefill-0 at " + url() + " has dtype float32, but decode-0 at " + otherUrl()
                        + " has bfloat16; nodes that hand each other KV cache need the same: give every node the same"
                        + " --dtype");
    }

    @Test
    void aNodeThatIsNotThereIsNamed() {
        node.stop(0);

        assertThatExceptionOfType(ControlCallException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url())))
                .withMessageStartingWith("GET " + url() + "/health failed within 10000 ms: ConnectException");
    }

    @Test
    void aRouterOfSomebodyElsesMayKnowNoHealth() {
        try (RunningStack stack = provisioner.start(request(url(), url(), Map.of("vllm.attach.router", url() + "/")))) {
            assertThat(stack.externalRouter()).contains(URI.create(url() + "/"));
        }
    }

    @Test
    void aRouterThatIsNotThereIsNamed() throws Exception {
        other("0.32.0", "float32");
        requireNonNull(other).stop(0);

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url(), Map.of("vllm.attach.router", otherUrl()))))
                .withMessage(
                        "the external router does not answer: GET " + otherUrl() + "/health failed within 10000 ms:"
                                + " ConnectException; start it, correct vllm.attach.router, or leave that out to use this"
                                + " project's router");
    }

    @Test
    void aNodeThatAsksForATokenSaysHowToGiveIt() {
        node.removeContext("/v1/models");
        node.createContext("/v1/models", exchange -> {
            exchange.sendResponseHeaders(401, -1);
            exchange.close();
        });

        assertThatExceptionOfType(ControlCallException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url())))
                .withMessage(
                        "GET " + url() + "/v1/models answered 401: ; a bearer token is asked for: set the environment"
                                + " variable VLLM_JUNIT_ATTACH_TOKEN, or vllm.attach.token");
        assertThatExceptionOfType(ControlCallException.class)
                .isThrownBy(() -> provisioner.start(request(url(), url(), Map.of("vllm.attach.token", "open-sesame"))))
                .withMessage("GET " + url() + "/v1/models answered 401: ; the bearer token was refused: correct"
                        + " vllm.attach.token (environment variable VLLM_JUNIT_ATTACH_TOKEN)");
    }

    /** A second node. */
    private void other(String version, String dtype) throws IOException {
        var second = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        other = second;
        answer(second, "/health", "");
        answer(second, "/version", "{\"version\":\"" + version + "\"}");
        answer(second, "/v1/models", "{\"data\":[{\"id\":\"" + MODEL + "\"}]}");
        answer(second, "/metrics", "");
        answer(second, "/server_info", info(dtype));
        second.start();
    }

    private static String info(String dtype) {
        return "{\"vllm_config\":{\"model_config\":{\"dtype\":\"torch." + dtype
                + "\"},\"cache_config\":{\"cache_dtype\":\"auto\"}}}";
    }

    private String otherUrl() {
        return "http://127.0.0.1:" + requireNonNull(other).getAddress().getPort();
    }

    private void answer(String path, String body) {
        answer(node, path, body);
    }

    private static void answer(HttpServer server, String path, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }

    private String url() {
        return URI.create("http://127.0.0.1:" + node.getAddress().getPort()).toString();
    }

    private static ProvisionRequest request(String prefill, String decode) {
        return request(prefill, decode, Map.of());
    }

    private static ProvisionRequest request(String prefill, String decode, Map<String, String> more) {
        Map<String, String> given = new HashMap<>(more);
        given.put("vllm.attach.prefill", prefill);
        given.put("vllm.attach.decode", decode);
        Settings settings = new Settings(given, Map.of(), key -> Optional.empty());
        Profile profile =
                new ProfileLoader(Path.of("profiles")).load("nixl-only").with(settings);
        Declaration declaration = new Declaration(
                "class X",
                List.of(
                        new Declaration.Nodes(NodeRole.PREFILL, Accelerator.ROCM, 1, 0, ""),
                        new Declaration.Nodes(NodeRole.DECODE, Accelerator.GAUDI, 1, 0, "")),
                Optional.empty());
        return new ProvisionRequest(
                TopologyMerge.merge(declaration, profile),
                profile,
                Path.of("target"),
                Duration.ofSeconds(60),
                settings.get(Setting.ATTACH_TOKEN),
                Tls.of(settings),
                line -> {});
    }
}
