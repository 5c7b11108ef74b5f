package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vllmjunit.topology.Accelerator;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Device files, groups and drivers, on trees as the drivers make them. */
class DeviceChecksTest {

    private static final DeviceKind ROCM = DeviceKind.of(Accelerator.ROCM).orElseThrow();
    private static final DeviceKind GAUDI = DeviceKind.of(Accelerator.GAUDI).orElseThrow();

    private final FakeTree tree;

    DeviceChecksTest(@TempDir Path root) {
        this.tree = new FakeTree(root);
    }

    @Test
    void countsRocmDevicesWithoutTheProcessors() {
        rocm();

        assertThat(new DevicesCheck(tree.host(), ROCM, 2).examine())
                .isEqualTo(Finding.ok("/dev/kfd, /dev/dri/renderD*: 2 devices for 2"));
        assertThat(new DevicesCheck(tree.host(), ROCM, 8).examine())
                .isEqualTo(Finding.failed(
                        "/dev/kfd, /dev/dri/renderD*: 2 devices for 8",
                        "lower tensorParallelism in the profile, or place the nodes on a host with 8 devices; devices that fell"
                                + " off the bus are in dmesg"));
    }

    @Test
    void namesTheDeviceFileThatIsMissing() {
        tree.file("dev/dri/renderD128", "");
        assertThat(new DevicesCheck(tree.host(), ROCM, 1).examine())
                .isEqualTo(Finding.failed(
                        "no /dev/kfd",
                        "install AMD's driver (amdgpu-dkms) and load it: modprobe amdgpu; if that is done, look into dmesg for"
                                + " amdgpu"));
        assertThat(new DevicesCheck(tree.host(), GAUDI, 8).examine())
                .isEqualTo(Finding.failed(
                        "no /dev/accel/accel[0-9]*",
                        "install Intel's driver (habanalabs-dkms) and load it: modprobe habanalabs; if that is done, look into"
                                + " dmesg for habanalabs"));
    }

    @Test
    void countsGaudiDevicesWithoutTheirControlFiles() {
        tree.file("dev/accel/accel0", "")
                .file("dev/accel/accel1", "")
                .file("dev/accel/accel_controlD0", "")
                .file("dev/accel/accel_controlD1", "");

        assertThat(new DevicesCheck(tree.host(), GAUDI, 2).examine())
                .isEqualTo(Finding.ok("/dev/accel/accel[0-9]*: 2 devices for 2"));
    }

    @Test
    void aHostWithoutShellIsNotChecked() {
        assertThatThrownBy(new DevicesCheck(FakeTree.silent(), ROCM, 1)::examine)
                .hasMessage("no shell on gpu-1");
    }

    @Test
    void groupsAreThere() {
        Host host = FakeTree.saying(0, "video 44\nrender 992\nkfd 992\n");
        assertThat(new GroupsCheck(host).examine())
                .isEqualTo(Finding.ok("video 44, render 992, /dev/kfd of group 992"));
    }

    @Test
    void aMissingGroupIsAWarning() {
        tree.file("etc/group", "root:x:0:\nvideo:x:44:someone\n");
        assertThat(new GroupsCheck(tree.host()).examine())
                .isEqualTo(Finding.warning(
                        "video 44, render missing, /dev/kfd of group unknown",
                        "groupadd render; without it only root in a container opens the devices"));
    }

    @Test
    void aDeviceOfAnotherGroupIsAWarning() {
        Host host = FakeTree.saying(0, "video 44\nrender 992\nkfd 0\n");
        assertThat(new GroupsCheck(host).examine())
                .isEqualTo(Finding.warning(
                        "video 44, render 992, /dev/kfd of group 0",
                        "chgrp render /dev/kfd, and see the udev rule of the driver; else only root opens it"));
    }

    @Test
    void saysWhichDriverIsLoaded() {
        tree.file("sys/module/amdgpu/version", "6.12.12\n");
        Finding finding = new DriverCheck(tree.host(), ROCM).examine();
        assertThat(finding.status()).isEqualTo(Status.OK);
        assertThat(finding.found()).startsWith("amdgpu 6.12.12");
    }

    @Test
    void aDriverOfTheKernelHasItsVersion() {
        tree.file("sys/module/amdgpu/refcnt", "3\n");
        assertThat(new DriverCheck(tree.host(), ROCM).examine().found())
                .startsWith("amdgpu of kernel " + System.getProperty("os.version"));
    }

    @Test
    void aDriverThatIsNotLoadedIsAFailure() {
        assertThat(new DriverCheck(tree.host(), GAUDI).examine())
                .isEqualTo(Finding.failed(
                        "kernel module habanalabs is not loaded",
                        "install Intel's driver (habanalabs-dkms) and load it: modprobe habanalabs"));
    }

    @Test
    void aGaudiImageOfTheSameReleaseFits() {
        Host host = FakeTree.saying(0, hlSmi("1.20.0-bd87f71", "hl-1.20.0-fw-58.1.1.1"));
        assertThat(new DriverCheck(host, GAUDI).examine())
                .isEqualTo(Finding.ok("habanalabs 1.20.0-bd87f71, hl-smi 1.20.0-fw-58.1.1.1"));
    }

    @Test
    void aGaudiImageOfAnotherReleaseIsAWarning() {
        Host host = FakeTree.saying(0, hlSmi("1.15.0-c43dc7b", "hl-1.14.0-fw-48.0.1.0"));
        assertThat(new DriverCheck(host, GAUDI).examine())
                .isEqualTo(
                        Finding.warning(
                                "habanalabs 1.15.0-c43dc7b, hl-smi 1.14.0-fw-48.0.1.0",
                                "an image of the driver's release, or the driver of the image's: Intel supports equal releases only"));
    }

    @Test
    void driversOfAHostWithoutShellAreNotChecked() {
        assertThatThrownBy(new DriverCheck(FakeTree.silent(), GAUDI)::examine).hasMessage("no shell on gpu-1");
        assertThatThrownBy(new GroupsCheck(FakeTree.silent())::examine).hasMessage("no shell on gpu-1");
    }

    /** Two devices of a ROCm host; node 0 of the topology is the processor. */
    private void rocm() {
        tree.file("dev/kfd", "")
                .file("dev/dri/card1", "")
                .file("dev/dri/renderD128", "")
                .file("dev/dri/renderD136", "")
                .file("sys/class/kfd/kfd/topology/nodes/0/gpu_id", "0\n")
                .file("sys/class/kfd/kfd/topology/nodes/1/gpu_id", "5656\n")
                .file("sys/class/kfd/kfd/topology/nodes/2/gpu_id", "30617\n");
    }

    /** The head of the table that {@code hl-smi} prints. */
    private static String hlSmi(String driver, String tool) {
        return "module " + driver + "\n"
                + "+-----------------------------------------------------------------------------+\n"
                + String.format("| HL-SMI Version: %44s          |%n", tool)
                + String.format("| Driver Version: %44s          |%n", driver)
                + "|-------------------------------+----------------------+----------------------+\n";
    }
}
