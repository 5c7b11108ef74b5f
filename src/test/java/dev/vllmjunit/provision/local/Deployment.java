package dev.vllmjunit.provision.local;

import static org.awaitility.Awaitility.await;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.provision.local.install.Installation;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.NodeCommand;
import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentSkipListMap;

/** A real prefill and a real decode node in the role of somebody else's deployment: told things that the local stack never tells. */
final class Deployment implements AutoCloseable {

    static final String KEY = "open-sesame-17";

    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Map<String, String> TOKEN = Map.of("Authorization", "Bearer " + KEY);

    private final ControlClient control = new ControlClient(Duration.ofSeconds(5), TOKEN, Certificates.trusting());
    private final Map<NodeRole, URI> nodes = new EnumMap<>(NodeRole.class);
    private final StartedParts parts = new StartedParts();
    private final Launch launch;

    private Deployment(Path logs) throws IOException {
        ProvisionRequest request = Requests.request("local", Map.of(), Optional.empty(), logs);
        Path directory = Files.createTempDirectory("vllm-junit-");
        Path model = Installation.ofUser(line -> {}).model(Optional.empty(), Requests.engine());
        parts.add("temporary directory", () -> Files.deleteIfExists(directory));
        this.launch = new Launch(request, Requests.engine(), model, directory, parts, new ConcurrentSkipListMap<>());
    }

    /** Behind an API key, without VLLM_SERVER_DEV_MODE. */
    static Deployment guarded(Path logs) throws IOException {
        return new Deployment(logs).start("http", false, List.of("--api-key", KEY));
    }

    /** Behind an API key and TLS, with VLLM_SERVER_DEV_MODE. */
    static Deployment overTls(Path logs) throws IOException {
        return new Deployment(logs)
                .start(
                        "https",
                        true,
                        List.of(
                                "--api-key",
                                KEY,
                                "--ssl-certfile",
                                Certificates.pem(Certificates.NODE).toString(),
                                "--ssl-keyfile",
                                Certificates.key(Certificates.NODE).toString()));
    }

    private Deployment start(String scheme, boolean resets, List<String> more) throws IOException {
        try {
            for (NodeSpec spec : launch.request().topology().nodes()) {
                nodes.put(spec.role(), start(spec, scheme, resets, more));
            }
            for (NodeSpec spec : launch.request().topology().nodes()) {
                awaitAnswer(spec.name(), url(spec.role()).resolve("/health"));
            }
            return this;
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    private URI start(NodeSpec spec, String scheme, boolean resets, List<String> more) throws IOException {
        ProvisionRequest request = launch.request();
        NodeCommand command = new NodeCommand(
                spec,
                request.topology().model(),
                request.topology().kvTransfer(),
                request.topology().model().id(),
                Launch.HOST,
                FreePorts.next(),
                FreePorts.next(),
                Optional.empty(),
                OptionalInt.of(1));
        Path link = Files.createDirectories(launch.directoryOf(spec.name())).resolve(command.served());
        Files.createSymbolicLink(link, launch.model().toRealPath());
        Map<String, String> environment = launch.environment(spec.name());
        environment.putAll(command.environment());
        environment.put("VLLM_SERVER_DEV_MODE", resets ? "1" : "0");
        environment.put("VLLM_RPC_BASE_PATH", launch.directoryOf(spec.name()).toString());
        List<String> line =
                new ArrayList<>(List.of(launch.home().python().toString(), "-m", "vllm.entrypoints.cli.main"));
        line.addAll(command.arguments());
        line.addAll(more);
        launch.run(spec.name(), line, environment);
        return URI.create(scheme + "://" + Launch.HOST + ":" + command.port());
    }

    /** vLLM's toy proxy before the nodes, out of a checkout of vLLM. */
    URI toyProxy(Path script) {
        int port = FreePorts.next();
        return router(
                port,
                "/healthcheck",
                List.of(
                        launch.home().python().toString(),
                        script.toString(),
                        "--port",
                        String.valueOf(port),
                        "--prefiller-hosts",
                        Launch.HOST,
                        "--prefiller-ports",
                        String.valueOf(url(NodeRole.PREFILL).getPort()),
                        "--decoder-hosts",
                        Launch.HOST,
                        "--decoder-ports",
                        String.valueOf(url(NodeRole.DECODE).getPort())));
    }

    /** The router of github.com/vllm-project/router before the nodes. */
    URI vllmRouter(Path program) {
        int port = FreePorts.next();
        return router(
                port,
                "/health",
                List.of(
                        program.toString(),
                        "--host",
                        Launch.HOST,
                        "--port",
                        String.valueOf(port),
                        "--prometheus-port",
                        String.valueOf(FreePorts.next()),
                        "--vllm-pd-disaggregation",
                        "--kv-connector",
                        "nixl",
                        "--policy",
                        "round_robin",
                        "--disable-retries",
                        "--prefill",
                        url(NodeRole.PREFILL).toString(),
                        "--decode",
                        url(NodeRole.DECODE).toString()));
    }

    /** llm-d's routing sidecar before the decode node, and in front of it what stands for llm-d's gateway. */
    URI llmdSidecar(Path program) {
        int port = FreePorts.next();
        URI sidecar = router(
                port,
                "/health",
                List.of(
                        program.toString(),
                        "--port",
                        String.valueOf(port),
                        "--vllm-port",
                        String.valueOf(url(NodeRole.DECODE).getPort()),
                        "--connector",
                        "nixlv2",
                        "--secure-proxy=false"));
        EndpointPicker picker = EndpointPicker.before(sidecar, url(NodeRole.PREFILL));
        parts.add("endpoint picker", picker::close);
        return picker.url();
    }

    private URI router(int port, String health, List<String> command) {
        Map<String, String> environment = launch.environment("router");
        environment.put("OPENAI_API_KEY", KEY);
        launch.run("router", command, environment);
        URI url = URI.create("http://" + Launch.HOST + ":" + port);
        awaitAnswer("router", url.resolve(health));
        return url;
    }

    void endRouter() {
        launch.end("router");
    }

    Path reports() {
        return launch.request().logDirectory().resolve("reports");
    }

    URI url(NodeRole role) {
        return Optional.ofNullable(nodes.get(role)).orElseThrow();
    }

    private void awaitAnswer(String name, URI url) {
        ManagedProcess process =
                Optional.ofNullable(launch.processes().get(name)).orElseThrow();
        await().pollInSameThread().atMost(LONGEST).until(() -> {
            process.requireRunning();
            return answers(url);
        });
    }

    private boolean answers(URI url) {
        try {
            control.getText(url);
            return true;
        } catch (ControlCallException e) {
            return false;
        }
    }

    @Override
    public void close() {
        parts.close();
    }
}
