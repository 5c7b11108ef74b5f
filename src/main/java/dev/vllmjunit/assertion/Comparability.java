package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Whether two results may be held against each other: only cache state, profile and S3 cache may differ. */
final class Comparability {

    private Comparability() {}

    static void require(BenchmarkResult result, BenchmarkResult other) {
        other.requireRightOutputs();
        if (!other.problems().isEmpty()) {
            Problem first = other.problems().get(0);
            throw new InvalidRunException(
                    first.reason(),
                    "the result compared with: " + first.detail() + Message.measuredUnder(other.conditions()));
        }
        List<String> differences = differences(result.conditions(), other.conditions());
        if (!differences.isEmpty()) {
            throw new InvalidRunException(
                    InvalidReason.NOT_COMPARABLE,
                    "the two results differ in more than their cache; run both under the same conditions\n  "
                            + String.join("\n  ", differences));
        }
    }

    private static List<String> differences(RunConditions mine, RunConditions theirs) {
        List<String> differences = new ArrayList<>();
        difference(
                differences, "model", mine.topology().model(), theirs.topology().model());
        difference(differences, "nodes", nodes(mine.topology()), nodes(theirs.topology()));
        difference(differences, "workload", mine.workload(), theirs.workload());
        difference(differences, "load", mine.load(), theirs.load());
        difference(differences, "stack", mine.stack(), theirs.stack());
        difference(differences, "modelled", mine.modelled(), theirs.modelled());
        return differences;
    }

    private static void difference(List<String> differences, String name, Object mine, Object theirs) {
        if (!mine.equals(theirs)) {
            differences.add(name + ": " + mine + " against " + theirs);
        }
    }

    private static String nodes(Topology topology) {
        return topology.nodes().stream().map(Comparability::node).collect(Collectors.joining(", "));
    }

    private static String node(NodeSpec node) {
        return node.name() + " on " + node.accelerator() + " TP" + node.tensorParallelism() + ", blocks of "
                + node.blockSize();
    }
}
