package dev.vllmjunit.router;

import dev.vllmjunit.router.RouterConfig.Target;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whose turn it is: round-robin, each role for itself. Chosen over "least outstanding" because it does not depend on timing:
 * two runs of one schedule at concurrency 1 take the same ways, and every node gets its share. Thread-safe.
 */
final class NodeChoice {

    private final List<Target> nodes;
    private final AtomicInteger turn = new AtomicInteger();

    NodeChoice(List<Target> nodes) {
        this.nodes = nodes;
    }

    Target next() {
        return nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
    }
}
