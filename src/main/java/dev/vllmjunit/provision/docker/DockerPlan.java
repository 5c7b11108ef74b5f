package dev.vllmjunit.provision.docker;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
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
 * @param linked whether it reaches the store through the request's link
 */
record DockerPlan(
        List<DockerNode> nodes,
        Optional<CacheServer> server,
        Optional<DockerStore> store,
        Optional<S3Writer> writer,
        boolean linked) {

    static DockerPlan of(ProvisionRequest request) {
        Topology topology = request.topology();
        Optional<DockerStore> store = topology.s3Cache().map(s3 -> DockerStore.of(request, s3));
        boolean linked = request.s3Link().isPresent() && isHere(request);
        Optional<ObjectStoreAccess> reached =
                store.map(DockerStore::written).map(access -> linked ? request.linked(access) : access);
        Optional<CacheServer> server = topology.s3Cache()
                .filter(s3 -> s3.writer() == S3CacheSpec.Writer.LMCACHE)
                .map(s3 -> CacheServer.of(request, s3, reached.orElseThrow()));
        Optional<S3Writer> writer =
                server.map(part -> part.command().writer()).or(() -> reached.map(kept -> objWriter(topology, kept)));
        List<DockerNode> nodes = new ArrayList<>();
        for (NodeSpec spec : topology.nodes()) {
            Optional<S3Writer> its = spec.role() == NodeRole.PREFILL ? writer : Optional.empty();
            nodes.add(DockerNode.of(request, spec, nodes.size(), its));
        }
        return new DockerPlan(nodes, server, store, writer, linked);
    }

    /** Whether all nodes reach ports of this JVM's loopback interface. */
    static boolean isHere(ProvisionRequest request) {
        return request.topology().nodes().stream()
                .allMatch(node -> request.profile().docker().isHere(node.host()));
    }

    private static S3Writer objWriter(Topology topology, ObjectStoreAccess store) {
        boolean cpu = topology.prefill().get(0).accelerator() == Accelerator.CPU;
        return new ObjWriter(store, cpu, Optional.empty(), Optional.empty(), topology.cacheChunkTokens());
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
