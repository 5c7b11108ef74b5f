package dev.vllmjunit.provision;

import dev.vllmjunit.router.Router;
import dev.vllmjunit.router.RouterConfig;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/** Starts routers for tests. */
public final class Routers {

    private Routers() {}

    /** In front of all nodes of a stack, on a free port, with one deadline for everything. */
    public static Router inFrontOf(RunningStack stack, Duration deadline) {
        return Router.start(new RouterConfig(
                targets(stack.prefill()), targets(stack.decode()), OptionalInt.empty(), deadline, deadline, deadline));
    }

    private static List<RouterConfig.Target> targets(List<RunningNode> nodes) {
        return nodes.stream()
                .map(node -> new RouterConfig.Target(node.spec().name(), node.endpoint()))
                .toList();
    }
}
