package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.Roofline;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.NodeSpec;
import java.nio.file.Path;

/** Where a node's modelled times come from: the profile's calibration, or a roofline of the declared device. */
final class NodeCost {

    private NodeCost() {}

    static CostModel of(ProvisionRequest request, NodeSpec node) {
        return request.profile()
                .embedded()
                .calibration()
                .<CostModel>map(NodeCost::read)
                .orElseGet(() -> Roofline.of(
                        node.accelerator(),
                        node.tensorParallelism(),
                        request.topology().model()));
    }

    /** The word "modelled" goes with every device. */
    static String describe(ProvisionRequest request, NodeSpec node) {
        return request.profile()
                .embedded()
                .calibration()
                .map(file -> "modelled (calibrated on " + read(file).measured() + ")")
                .orElseGet(
                        () -> "modelled (roofline): " + node.accelerator().device() + " x " + node.tensorParallelism());
    }

    private static MeasuredCost read(Path file) {
        try {
            return MeasuredCost.read(file);
        } catch (IllegalArgumentException e) {
            throw new ProvisionException(
                    "embedded.calibration: " + e.getMessage()
                            + "; name the calibration.yaml of a run against the local stack, or leave the key out",
                    e);
        }
    }
}
