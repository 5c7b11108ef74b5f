package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RDMA ports, on trees as the kernel shows them. */
class RdmaCheckTest {

    private static final Optional<String> FIRST = Optional.of("mlx5_0:1");

    private final FakeTree tree;

    RdmaCheckTest(@TempDir Path root) {
        this.tree = new FakeTree(root);
    }

    @Test
    void aPortThatIsUp() {
        port("mlx5_0", "4: ACTIVE", "5: LinkUp", "400 Gb/sec (4X NDR)", "InfiniBand");
        tree.file("dev/infiniband/uverbs0", "");

        Finding up = Finding.ok("mlx5_0:1 ACTIVE, LinkUp, 400 Gb/sec (4X NDR), InfiniBand");
        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine()).isEqualTo(up);
        assertThat(new RdmaCheck(tree.host(), Optional.empty(), 50).examine()).isEqualTo(up);
    }

    @Test
    void aPortThatIsSlowerThanTheProfileSaysIsAWarning() {
        port("mlx5_0", "4: ACTIVE", "5: LinkUp", "100 Gb/sec (4X EDR)", "Ethernet");
        tree.file("dev/infiniband/uverbs0", "");

        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine())
                .isEqualTo(Finding.warning(
                        "mlx5_0:1 ACTIVE, LinkUp, 100 Gb/sec (4X EDR), Ethernet",
                        "the profile counts on 50.0 GB/s: correct links.nixlGBps, or the link"));
    }

    @Test
    void aPortThatIsDownIsAFailure() {
        port("mlx5_0", "1: DOWN", "3: Disabled", "40 Gb/sec (4X QDR)", "Ethernet");

        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine())
                .isEqualTo(
                        Finding.failed(
                                "mlx5_0:1 DOWN, Disabled, 40 Gb/sec (4X QDR), Ethernet",
                                "DOWN: cable, switch port, ip link set up; INIT or ARMED: no subnet manager (opensm) reaches it"));
    }

    @Test
    void anotherPortThanTheOneThatIsNamedIsAFailure() {
        port("mlx5_2", "4: ACTIVE", "5: LinkUp", "400 Gb/sec (4X NDR)", "Ethernet");

        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine())
                .isEqualTo(Finding.failed(
                        "no mlx5_0:1; there is mlx5_2:1 ACTIVE, LinkUp, 400 Gb/sec (4X NDR), Ethernet",
                        "name one of these in the profile: environment: {UCX_NET_DEVICES: DEVICE:PORT}"));
    }

    @Test
    void noDeviceIsAFailure() {
        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine())
                .isEqualTo(
                        Finding.failed(
                                "no RDMA device",
                                "install the adapter's driver (mlx5_ib, bnxt_re, …), or set UCX_TLS=tcp,self,sm in the profile"));
    }

    @Test
    void aPortThatUserSpaceCannotOpenIsAFailure() {
        port("mlx5_0", "4: ACTIVE", "5: LinkUp", "400 Gb/sec (4X NDR)", "InfiniBand");
        tree.file("dev/infiniband/rdma_cm", "");

        assertThat(new RdmaCheck(tree.host(), FIRST, 50).examine())
                .isEqualTo(Finding.failed(
                        "mlx5_0:1 ACTIVE, LinkUp, 400 Gb/sec (4X NDR), InfiniBand; no /dev/infiniband/uverbs*",
                        "modprobe ib_uverbs"));
    }

    @Test
    void whatCannotBeReadIsNotChecked() {
        assertThatThrownBy(new RdmaCheck(FakeTree.silent(), FIRST, 50)::examine).hasMessage("no shell on gpu-1");
        assertThatThrownBy(new RdmaCheck(FakeTree.saying(0, "port mlx5_0:1|4: ACTIVE"), FIRST, 50)::examine)
                .hasMessage("an RDMA port that cannot be read: port mlx5_0:1|4: ACTIVE");
    }

    private void port(String device, String state, String physical, String rate, String layer) {
        String port = "sys/class/infiniband/" + device + "/ports/1/";
        tree.file(port + "state", state + "\n")
                .file(port + "phys_state", physical + "\n")
                .file(port + "rate", rate + "\n")
                .file(port + "link_layer", layer + "\n");
    }
}
