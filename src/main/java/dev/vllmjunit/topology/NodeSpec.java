package dev.vllmjunit.topology;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One node of a topology.
 *
 * @param role prefill or decode
 * @param index from 0 within its role
 * @param accelerator what it computes on
 * @param tensorParallelism devices the model is split over
 * @param blockSize tokens in a KV cache block
 * @param host host name or address it runs on; {@code 127.0.0.1} unless the profile says otherwise
 * @param port pinned HTTP port; empty for a free one
 * @param image container image, where one is used
 * @param environment variables added to the node's process
 * @param arguments further arguments of {@code vllm serve}
 */
public record NodeSpec(
        NodeRole role,
        int index,
        Accelerator accelerator,
        int tensorParallelism,
        int blockSize,
        String host,
        OptionalInt port,
        Optional<String> image,
        Map<String, String> environment,
        List<String> arguments) {

    /** Copies the collections and checks the ranges. */
    public NodeSpec {
        if (tensorParallelism < 1) {
            throw new IllegalArgumentException(
                    role.label() + ".tensorParallelism is " + tensorParallelism + "; it must be 1 or more");
        }
        if (blockSize < 1) {
            throw new IllegalArgumentException(role.label() + ".blockSize is " + blockSize + "; it must be 1 or more");
        }
        environment = Map.copyOf(environment);
        arguments = List.copyOf(arguments);
    }

    /** The same on another device and host. */
    public NodeSpec at(Accelerator device, String place) {
        return new NodeSpec(
                role, index, device, tensorParallelism, blockSize, place, port, image, environment, arguments);
    }

    /** For instance {@code prefill-0}. */
    public String name() {
        return role.label() + "-" + index;
    }
}
