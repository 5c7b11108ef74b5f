package dev.vllmjunit.provision.vllm;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * An object store that others may use, too. Credentials come from the AWS default chain alone.
 *
 * @param written how its writer reaches it
 * @param cleared how a test clears and inspects it: only the objects of the served model
 */
public record SharedStore(ObjectStoreAccess written, ObjectStoreAccess cleared) {

    /**
     * The profile's.
     *
     * @param served how LMCache's keys begin
     */
    public static SharedStore of(ProvisionRequest request, S3CacheSpec s3, URI endpoint, String served) {
        return new SharedStore(
                access(s3, endpoint, s3.keyPrefix()).over(request.tls()),
                access(s3, endpoint, ofModel(s3, served)).over(request.tls()));
    }

    /** Finds a wrong setting before a run: lists, writes, reads and deletes one object. */
    public static void probe(ObjectStoreAccess store) {
        try (CacheBucket bucket = new CacheBucket(store)) {
            bucket.probe();
        }
    }

    /** How keys of a model's objects begin. */
    static String ofModel(S3CacheSpec s3, String model) {
        return switch (s3.writer()) {
            case LMCACHE -> model + "@";
            case OBJ -> ObjWriter.prefix(s3.keyPrefix()) + "/" + model.replace('/', '_') + "_";
        };
    }

    private static ObjectStoreAccess access(S3CacheSpec s3, URI endpoint, String keyPrefix) {
        return new ObjectStoreAccess(
                endpoint,
                s3.region(),
                s3.bucket(),
                keyPrefix,
                s3.pathStyle(),
                DefaultCredentialsProvider.builder().build(),
                "S3 endpoint of the profile");
    }
}
