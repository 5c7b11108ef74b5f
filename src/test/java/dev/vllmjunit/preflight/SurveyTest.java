package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.provision.Suitability;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;

/** Which checks belong to which stack. */
class SurveyTest {

    private static final Map<String, String> STORE = Map.of("vllm.s3.endpoint", "https://s3.lab");

    private record Named(String name) implements Provisioner {

        @Override
        public Suitability examine(ProvisionRequest request) {
            return Suitability.declined("no room; make some");
        }

        @Override
        public RunningStack start(ProvisionRequest request) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void theEmbeddedStackIsAskedForItsStoreOnly() {
        assertThat(whole(site("embedded", Map.of(), Map.of()))).containsExactly("stack embedded");
        assertThat(whole(site("embedded", STORE, Map.of())))
                .containsExactly("stack embedded", "s3 https://s3.lab, bucket nixl", "clock S3 https://s3.lab");
    }

    @Test
    void theLocalStackIsAskedForPortsAndSpace() {
        Map<String, String> pinned = Map.of("vllm.prefill.port", "8000", "vllm.side-channel.port", "5600");
        Site site = site("local", pinned, Map.of());

        assertThat(whole(site)).containsExactly("stack local", "disk this machine", "ports this machine");
        assertThat(Survey.whole(site).get(2))
                .isEqualTo(new PortsCheck(
                        Host.here(),
                        Map.of(8000, "prefill-0", 5600, "prefill-0's side channel", 5601, "decode-0's side channel")));
    }

    @Test
    void runningNodesAreAskedWhoTheyAre() {
        Map<String, String> settings = Map.of(
                "vllm.s3.endpoint", "https://s3.lab",
                "vllm.attach.prefill", "http://mi300x:8000",
                "vllm.attach.decode", "http://gaudi3:8001");

        assertThat(whole(site("attach", settings, Map.of())))
                .containsExactly(
                        "stack attach",
                        "side-channel this machine to prefill-0",
                        "node prefill-0 http://mi300x:8000",
                        "node decode-0 http://gaudi3:8001",
                        "s3 https://s3.lab, bucket nixl",
                        "s3-dns this machine",
                        "clock prefill-0",
                        "clock decode-0",
                        "clock S3 https://s3.lab");
    }

    @Test
    void hostsAreAskedForWhatTheirNodesNeed() {
        Site site = site("docker", STORE, Map.of("127.0.0.1", FakeTree.silent()));

        assertThat(whole(site))
                .containsExactly(
                        "stack docker",
                        "devices gpu-1",
                        "devices gpu-1",
                        "groups gpu-1",
                        "driver gpu-1",
                        "driver gpu-1",
                        "model gpu-1",
                        "disk gpu-1",
                        "rdma gpu-1",
                        "side-channel gpu-1 to 10.0.0.1:5600",
                        "s3 https://s3.lab, bucket nixl",
                        "s3-dns gpu-1",
                        "clock gpu-1",
                        "clock S3 https://s3.lab");
        assertThat(Survey.beforeStart(site)).hasSameSizeAs(Survey.whole(site));
    }

    @Test
    void aStartWithoutHostsIsAskedForTheStoreOnly() {
        assertThat(names(Survey.beforeStart(site("local", STORE, Map.of()))))
                .containsExactly("s3 https://s3.lab, bucket nixl", "clock S3 https://s3.lab");
    }

    @Test
    void aStackThatCannotRunItIsAFailure() {
        assertThat(Survey.whole(site("embedded", Map.of(), Map.of())).get(0).examine())
                .isEqualTo(Finding.failed("cannot run it", "no room; make some"));
    }

    private static List<String> whole(Site site) {
        return names(Survey.whole(site));
    }

    private static List<String> names(List<Check> checks) {
        return checks.stream()
                .map(check -> check.id().label() + " " + check.where())
                .toList();
    }

    private static Site site(String stack, Map<String, String> settings, Map<String, Host> hosts) {
        Profile profile = new ProfileLoader(Path.of("profiles"))
                .load("nixl-s3")
                .with(new Settings(settings, Map.of(), name -> Optional.empty()));
        Topology topology = TopologyMerge.of(profile);
        ProvisionRequest request = new ProvisionRequest(topology, profile, Path.of("."), Duration.ofMinutes(1));
        return new Site(
                new Named(stack),
                request,
                topology,
                OptionalInt.empty(),
                Map.of(),
                AnonymousCredentialsProvider.create(),
                hosts,
                List.of());
    }
}
