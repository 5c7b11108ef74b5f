package dev.vllmjunit.provision.docker;

import dev.vllmjunit.topology.Accelerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a container needs to see accelerators.
 *
 * @param devices device files of the host
 * @param groups further groups of its user
 * @param runtime container runtime; empty for the daemon's default
 * @param allGpus whether every NVIDIA GPU is handed in
 * @param environment variables that the runtime reads
 */
record DeviceFlags(
        List<String> devices,
        List<String> groups,
        Optional<String> runtime,
        boolean allGpus,
        Map<String, String> environment) {

    /** No accelerator. */
    static final DeviceFlags NONE = new DeviceFlags(List.of(), List.of(), Optional.empty(), false, Map.of());

    private static final DeviceFlags ROCM =
            new DeviceFlags(List.of("/dev/kfd", "/dev/dri"), List.of("video"), Optional.empty(), false, Map.of());
    private static final DeviceFlags GAUDI = new DeviceFlags(
            List.of(),
            List.of(),
            Optional.of("habana"),
            false,
            Map.of("HABANA_VISIBLE_DEVICES", "all", "OMPI_MCA_btl_vader_single_copy_mechanism", "none"));
    private static final DeviceFlags CUDA = new DeviceFlags(List.of(), List.of(), Optional.empty(), true, Map.of());

    /** Of a node that computes there. */
    static DeviceFlags of(Accelerator accelerator) {
        return switch (accelerator) {
            case ROCM -> ROCM;
            case GAUDI -> GAUDI;
            case CUDA -> CUDA;
            case CPU -> NONE;
        };
    }

    /** As options of {@code docker run}; its variables are among the container's. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        devices.forEach(device -> options.add("--device=" + device));
        groups.forEach(group -> options.add("--group-add=" + group));
        runtime.ifPresent(name -> options.add("--runtime=" + name));
        if (allGpus) {
            options.add("--gpus=all");
        }
        return options;
    }
}
