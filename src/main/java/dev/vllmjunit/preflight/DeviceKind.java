package dev.vllmjunit.preflight;

import dev.vllmjunit.topology.Accelerator;
import java.util.Optional;

/**
 * How an accelerator shows on a Linux host.
 *
 * @param module its kernel module
 * @param control a device file that all share; empty where there is none
 * @param devices pattern of one device file per device
 * @param count a script that writes a line per device
 * @param install how to come by the driver
 */
record DeviceKind(String module, Optional<String> control, String devices, String count, String install) {

    private static final DeviceKind ROCM = new DeviceKind(
            "amdgpu",
            Optional.of("/dev/kfd"),
            "/dev/dri/renderD*",
            // Nodes of the topology that are processors have the id 0.
            "cat $R/sys/class/kfd/kfd/topology/nodes/*/gpu_id 2>/dev/null | grep -v '^0$'",
            "install AMD's driver (amdgpu-dkms) and load it: modprobe amdgpu");
    private static final DeviceKind GAUDI = new DeviceKind(
            "habanalabs",
            Optional.empty(),
            "/dev/accel/accel[0-9]*",
            "ls -1d $R/dev/accel/accel[0-9]* 2>/dev/null",
            "install Intel's driver (habanalabs-dkms) and load it: modprobe habanalabs");
    private static final DeviceKind CUDA = new DeviceKind(
            "nvidia",
            Optional.of("/dev/nvidiactl"),
            "/dev/nvidia[0-9]*",
            "ls -1d $R/dev/nvidia[0-9]* 2>/dev/null",
            "install NVIDIA's driver and load it: modprobe nvidia");

    /** Of an accelerator; empty for a CPU. */
    static Optional<DeviceKind> of(Accelerator accelerator) {
        return switch (accelerator) {
            case ROCM -> Optional.of(ROCM);
            case GAUDI -> Optional.of(GAUDI);
            case CUDA -> Optional.of(CUDA);
            case CPU -> Optional.empty();
        };
    }
}
