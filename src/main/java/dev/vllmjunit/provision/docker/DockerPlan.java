package dev.vllmjunit.provision.docker;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.vllm.ObjWriter;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which containers a topology is made of.
 *
 * @param nodes prefill nodes first
 * @param server the LMCache server, if there is one
 * @param store where KV cache is kept, if it is
 * @param writer what keeps it there
 */
record DockerPlan(
        List<DockerNode> nodes, Optional<CacheServer> server, Optional<DockerStore> store, Optional<S3Writer> writer) {

    static DockerPlan of(ProvisionRequest request) {
        Topology topology = request.topology();
        Optional<DockerStore> store = topology.s3Cache().map(s3 -> DockerStore.of(request, s3));
        Optional<CacheServer> server = topology.s3Cache()
                .filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE)
                .map(s3 -> CacheServer.of(request, s3, store.orElseThrow().written()));
        Optional<S3Writer> writer =
                server.map(part -> part.command().writer()).or(() -> store.map(kept -> objWriter(topology, kept)));
        List<DockerNode> nodes = new ArrayList<>();
        for (NodeSpec spec : topology.nodes()) {
            Optional<S3Writer> its = spec.role() == NodeRole.PREFILL ? writer : Optional.empty();
            nodes.add(DockerNode.of(request, spec, nodes.size(), its));
        }
        return new DockerPlan(nodes, server, store, writer);
    }

    private static S3Writer objWriter(Topology topology, DockerStore store) {
        boolean cpu = topology.prefill().get(0).accelerator() == Accelerator.CPU;
        return new ObjWriter(store.written(), cpu, Optional.empty(), Optional.empty(), topology.cacheChunkTokens());
    }

    /** In the order in which they can be started by hand. */
    List<ContainerSpec> containers() {
        List<ContainerSpec> all = new ArrayList<>();
        store.flatMap(DockerStore::container).ifPresent(all::add);
        server.ifPresent(part -> all.add(part.container()));
        nodes.forEach(node -> all.add(node.container()));
        return all;
    }
}
