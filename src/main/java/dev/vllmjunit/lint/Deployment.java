package dev.vllmjunit.lint;

import dev.vllmjunit.topology.Profile.Silence;
import java.lang.module.ModuleDescriptor.Version;
import java.util.List;
import java.util.stream.Stream;

/**
 * What somebody would start, and the commands around it, wherever it is written. Made by {@link CommandFile} and
 * {@link DeclaredTopology}; immutable.
 *
 * @param nodes to be started
 * @param commands in order, those that start nodes included; empty for a profile
 * @param engine version of vLLM that the nodes run
 * @param silences what its author knows and accepts
 */
public record Deployment(List<Node> nodes, List<Command> commands, Version engine, List<Silence> silences) {

    /** What the rules were read from; stands where nobody says another. */
    static final Version KNOWN_ENGINE = Version.parse("0.32.0");

    /** Copies the lists. */
    public Deployment {
        nodes = List.copyOf(nodes);
        commands = List.copyOf(commands);
        silences = List.copyOf(silences);
    }

    Stream<Node> nixlNodes() {
        return nodes.stream().filter(node -> node.has(Connector::isNixl));
    }

    Stream<Node> prefill() {
        return nodes.stream().filter(Node::mayPrefill);
    }
}
