package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ports, disks, models and routes: scripts that really run, on this machine or on a tree. */
class HostChecksTest {

    private final FakeTree tree;

    HostChecksTest(@TempDir Path root) {
        this.tree = new FakeTree(root);
    }

    @Test
    void seesThatAPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThat(new PortsCheck(Host.here(), Map.of(port, "prefill-0", 1, "router")).examine())
                    .isEqualTo(Finding.failed(
                            "taken: " + port + " (prefill-0)",
                            "end what listens there (ss -ltnp shows it), or pin another port, or none"));
        }
    }

    @Test
    void seesThatPortsAreFree() {
        assertThat(new PortsCheck(Host.here(), Map.of(2, "prefill-0", 1, "router")).examine())
                .isEqualTo(Finding.ok("free: 1 (router), 2 (prefill-0)"));
    }

    @Test
    void takesAConnectionForNoListener() {
        String connected = "  sl  local_address rem_address   st tx_queue\n"
                + "   0: 0100007F:1F40 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 1 1\n";
        assertThat(new PortsCheck(FakeTree.saying(0, connected), Map.of(8000, "prefill-0")).examine())
                .isEqualTo(Finding.ok("free: 8000 (prefill-0)"));
    }

    @Test
    void portsThatTheKernelDoesNotListAreNotChecked() {
        Host host = FakeTree.saying(0, "cat: /proc/net/tcp: No such file or directory\n");
        assertThatThrownBy(new PortsCheck(host, Map.of(1, "router"))::examine)
                .hasMessage("/proc/net/tcp cannot be read: cat: /proc/net/tcp: No such file or directory");
    }

    @Test
    void asksTheNearestDirectoryThatExistsForItsSpace() {
        Finding finding = new DiskCheck(tree.host(), "/not/there/yet", 1 << 20, "a model").examine();

        assertThat(finding.status()).isEqualTo(Status.OK);
        assertThat(finding.found()).matches("[\\d.]+ GiB free for /not/there/yet, 0\\.0 GiB needed for a model");
    }

    @Test
    void tooLittleSpaceIsAFailure() {
        String df = "Filesystem     1024-blocks      Used Available Capacity Mounted on\n"
                + "/dev/nvme0n1p2   959786032 801542120 109416016      88% /\n";
        assertThat(new DiskCheck(FakeTree.saying(0, df), "/data/hf", 155_320_000_000L, "the model's weights").examine())
                .isEqualTo(Finding.failed(
                        "104.3 GiB free for /data/hf, 144.7 GiB needed for the model's weights",
                        "free some, or name a directory on a larger file system"));
    }

    @Test
    void whatIsThereAlreadyNeedsNoSpace() {
        String df =
                "have 104857600\t/data/hf/hub/models--a--b\nFilesystem 1024-blocks Used Available Capacity Mounted on\n"
                        + "/dev/nvme0n1p2   959786032 801542120 109416016      88% /\n";
        assertThat(new DiskCheck(FakeTree.saying(0, df), "/data/hf", "hub/models--a--b", 155_320_000_000L, "the model")
                        .examine())
                .isEqualTo(Finding.ok("104.3 GiB free for /data/hf, 44.7 GiB needed for the model"));
    }

    @Test
    void spaceThatDfDoesNotTellIsNotChecked() {
        assertThatThrownBy(new DiskCheck(FakeTree.saying(127, "sh: df: not found\n"), "/data", 1, "x")::examine)
                .hasMessage("df said: sh: df: not found");
    }

    @Test
    void findsAModelThatIsWhole() {
        shard(1).shard(2).config();
        assertThat(model(false)).isEqualTo(Finding.ok("meta-llama/Llama-3.1-70B in /hf, 2 files of weights"));
    }

    @Test
    void aModelThatIsFetchedInPartIsAWarningWithAToken() {
        shard(1).config();
        assertThat(model(true))
                .isEqualTo(Finding.warning(
                        "meta-llama/Llama-3.1-70B is not in /hf as a whole: 1 of 2 files of weights; HF_TOKEN is set",
                        "fetch it there before the start: huggingface-cli download meta-llama/Llama-3.1-70B, or the start waits"
                                + " for the download"));
    }

    @Test
    void aGatedModelWithoutTokenIsAFailure() {
        assertThat(model(false))
                .isEqualTo(Finding.failed(
                        "meta-llama/Llama-3.1-70B is not in /hf; HF_TOKEN is not set",
                        "this model is gated: accept its licence at Hugging Face and set HF_TOKEN, or fetch it there before the"
                                + " start: huggingface-cli download meta-llama/Llama-3.1-70B"));
    }

    @Test
    void aModelOnAHostWithoutShellIsNotChecked() {
        assertThatThrownBy(new ModelCheck(FakeTree.silent(), "/hf", "a/b", false)::examine)
                .hasMessage("no shell on gpu-1");
    }

    @Test
    void aRefusedConnectionHasFoundTheWay() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
            assertThat(new SideChannelCheck(Host.here(), Host.here(), closed).examine())
                    .isEqualTo(Finding.warning(
                            "reached, and something listens there already", "see the check of the ports"));
        }
        assertThat(new SideChannelCheck(Host.here(), Host.here(), closed).examine())
                .isEqualTo(Finding.ok("reached: refused, as it has to be before the start"));
    }

    @Test
    void anAddressThatOnlyItsOwnHostReachesIsAFailure() {
        assertThat(new SideChannelCheck(tree.host(), Host.here(), 5600).examine())
                .isEqualTo(Finding.failed(
                        "prefill on this machine would advertise 127.0.0.1, where decode reaches itself",
                        "docker.hosts.this machine.address in the profile: one that decode's host reaches"));
    }

    @Test
    void aNameThatDoesNotResolveIsAFailure() {
        Host prefill = new Host("mi300x", "mi300x.invalid", new LocalShell(), "");
        assertThat(new SideChannelCheck(Host.here(), prefill, 5600).examine())
                .isEqualTo(Finding.failed(
                        "mi300x.invalid does not resolve there",
                        "docker.hosts.mi300x.address in the profile: an address, or a name that DNS knows"));
    }

    @Test
    void noAnswerAndNoRouteAreFailures() {
        String admit = "admit this port and all high ports from decode's host to prefill's: firewall, routes, VLAN";
        assertThat(route("TimeoutError: timed out\n")).isEqualTo(Finding.failed("no answer within 4 s", admit));
        assertThat(route("OSError: [Errno 113] No route to host\n")).isEqualTo(Finding.failed("no route", admit));
    }

    @Test
    void aHostWithNothingToConnectWithIsNotChecked() {
        assertThatThrownBy(() -> route("timeout: failed to run command 'bash': No such file or directory\n"))
                .hasMessage(
                        "the attempt to connect said: timeout: failed to run command 'bash': No such file or directory");
    }

    private Finding route(String said) {
        return new SideChannelCheck(FakeTree.saying(0, said), tree.host(), 5600).examine();
    }

    private Finding model(boolean token) {
        return new ModelCheck(tree.host(), "/hf", "meta-llama/Llama-3.1-70B", token).examine();
    }

    private HostChecksTest shard(int number) {
        tree.file(snapshot() + "model-0000" + number + "-of-00002.safetensors", "weights");
        return this;
    }

    private void config() {
        tree.file(snapshot() + "config.json", "{}");
    }

    private static String snapshot() {
        return "hf/hub/models--meta-llama--Llama-3.1-70B/snapshots/349b2ddb53ce8f2849a6c168a81980ab25258dac/";
    }
}
