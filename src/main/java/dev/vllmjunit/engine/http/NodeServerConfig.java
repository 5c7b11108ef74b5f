package dev.vllmjunit.engine.http;

import dev.vllmjunit.topology.ModelSpec;
import java.util.OptionalInt;

/**
 * How the HTTP surface of one embedded node is set up.
 *
 * @param name node name, for thread names: {@code prefill-0}
 * @param model what {@code /v1/models} tells and requests must name
 * @param host address to listen on
 * @param port pinned port; empty for a free one
 */
public record NodeServerConfig(String name, ModelSpec model, String host, OptionalInt port) {}
