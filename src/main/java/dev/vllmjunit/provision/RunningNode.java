package dev.vllmjunit.provision;

import dev.vllmjunit.topology.NodeSpec;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A node that answers.
 *
 * @param spec what was declared
 * @param endpoint its HTTP endpoint, without a path
 * @param version what {@code /version} said
 * @param log its log file, where one is captured
 */
public record RunningNode(NodeSpec spec, URI endpoint, String version, Optional<Path> log) {}
