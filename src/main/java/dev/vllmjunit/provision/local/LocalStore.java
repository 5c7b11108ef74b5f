package dev.vllmjunit.provision.local;

import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.vllm.SharedStore;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The object store that the prefill nodes' KV cache is kept in: the profile's endpoint as it is, else a Ceph cluster where its packages
 * are installed, else the embedded one.
 *
 * @param written how its writer reaches it, known before it runs
 * @param cleared how a test clears and inspects it: in a store that others use, only the objects of the served model
 * @param traffic what it was asked for, as it counts itself; empty for the profile's endpoint
 * @param start starts it and says what it is
 */
record LocalStore(
        ObjectStoreAccess written,
        ObjectStoreAccess cleared,
        Optional<Supplier<StoreTraffic>> traffic,
        Supplier<String> start) {

    static LocalStore of(Launch launch, S3CacheSpec s3) {
        return s3.endpoint().map(endpoint -> shared(launch, s3, endpoint)).orElseGet(() -> own(launch, s3));
    }

    private static LocalStore own(Launch launch, S3CacheSpec s3) {
        if (CephCluster.isInstalled(System.getenv().getOrDefault("PATH", ""))) {
            CephCluster ceph = CephCluster.of(launch, s3);
            return new LocalStore(ceph.access(), ceph.access(), Optional.of(ceph.requests()), ceph::start);
        }
        EmbeddedObjectStore store = launch.parts().add("the embedded object store", EmbeddedObjectStore.start());
        ObjectStoreAccess access = store.access(s3.region(), s3.bucket(), s3.keyPrefix());
        return new LocalStore(
                access,
                access,
                Optional.of(store::traffic),
                () -> "embedded S3 server (s3proxy), because Ceph is not installed: " + CephCluster.PACKAGES);
    }

    private static LocalStore shared(Launch launch, S3CacheSpec s3, URI endpoint) {
        String id = launch.request().topology().model().id();
        SharedStore store = SharedStore.of(launch.request(), s3, endpoint, id);
        return new LocalStore(store.written(), store.cleared(), Optional.empty(), () -> {
            SharedStore.probe(store.written());
            return "S3 endpoint of the profile";
        });
    }
}
