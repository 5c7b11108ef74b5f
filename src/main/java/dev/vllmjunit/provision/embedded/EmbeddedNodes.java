package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.tier.CacheServer;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.topology.NodeSpec;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Starts all nodes of a topology at the same time. */
final class EmbeddedNodes {

    private EmbeddedNodes() {}

    /** Every node, ready, in the topology's order. The first one that fails decides the message; the others still end their start. */
    static List<EmbeddedNode> start(ProvisionRequest request, Optional<CacheServer> cacheServer, StartedParts parts) {
        List<NodeSpec> specs = request.topology().nodes();
        ExecutorService starters =
                Executors.newFixedThreadPool(specs.size(), new DefaultThreadFactory("embedded-node-starter", true));
        try {
            List<CompletableFuture<EmbeddedNode>> starting = new ArrayList<>();
            for (int i = 0; i < specs.size(); i++) {
                NodeStart start = new NodeStart(request, specs.get(i), sideChannelPort(request, i), cacheServer, parts);
                starting.add(CompletableFuture.supplyAsync(start::start, starters));
            }
            return await(starting);
        } finally {
            starters.shutdown();
        }
    }

    /** The profile pins the first node's side channel port; the others follow it. */
    private static OptionalInt sideChannelPort(ProvisionRequest request, int node) {
        OptionalInt first = request.topology().kvTransfer().sideChannelPort();
        return first.isPresent() ? OptionalInt.of(first.getAsInt() + node) : first;
    }

    private static List<EmbeddedNode> await(List<CompletableFuture<EmbeddedNode>> starting) {
        CompletableFuture.allOf(starting.toArray(new CompletableFuture<?>[0]))
                .exceptionally(failure -> null)
                .join();
        try {
            return starting.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ProvisionException failure
                    ? failure
                    : new ProvisionException("a node did not start: " + e.getCause(), e.getCause());
        }
    }
}
