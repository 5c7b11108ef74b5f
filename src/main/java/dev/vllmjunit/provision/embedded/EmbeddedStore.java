package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.StoreTraffic;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * The object store behind the cache server: the endpoint that the profile names, or one of its own.
 *
 * @param written how the cache server reaches it
 * @param cleared how a test clears and inspects it: in a store that others use, only the objects of the served model
 * @param traffic what it was asked for, in bytes as held; empty for the profile's endpoint
 */
record EmbeddedStore(ObjectStoreAccess written, ObjectStoreAccess cleared, Optional<Supplier<StoreTraffic>> traffic) {

    /** Starts or probes the store; empty if the topology has no S3 cache. */
    static Optional<EmbeddedStore> start(ProvisionRequest request, StartedParts parts) {
        try {
            return request.topology().s3Cache().map(s3 -> s3.endpoint()
                    .map(endpoint -> shared(request, s3, endpoint))
                    .orElseGet(() -> own(s3, parts)));
        } catch (RuntimeException e) {
            throw new ProvisionException("object store: " + e.getMessage(), e);
        }
    }

    private static EmbeddedStore own(S3CacheSpec s3, StartedParts parts) {
        EmbeddedObjectStore store = parts.add("the embedded object store", EmbeddedObjectStore.start());
        ObjectStoreAccess access = store.access(s3.region(), s3.bucket(), s3.keyPrefix());
        return new EmbeddedStore(access, access, Optional.of(store::traffic));
    }

    private static EmbeddedStore shared(ProvisionRequest request, S3CacheSpec s3, URI endpoint) {
        AwsCredentialsProvider credentials =
                DefaultCredentialsProvider.builder().build();
        ObjectStoreAccess written =
                access(s3, endpoint, s3.keyPrefix(), credentials).over(request.tls());
        try (CacheBucket bucket = new CacheBucket(written)) {
            bucket.probe();
        }
        String model = request.topology().model().id();
        return new EmbeddedStore(
                written,
                access(s3, endpoint, s3.keyPrefix() + model + "@", credentials).over(request.tls()),
                Optional.empty());
    }

    private static ObjectStoreAccess access(
            S3CacheSpec s3, URI endpoint, String keyPrefix, AwsCredentialsProvider credentials) {
        return new ObjectStoreAccess(
                endpoint,
                s3.region(),
                s3.bucket(),
                keyPrefix,
                s3.pathStyle(),
                credentials,
                "S3 endpoint of the profile");
    }
}
