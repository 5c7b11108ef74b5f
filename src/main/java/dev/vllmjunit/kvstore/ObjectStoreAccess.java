package dev.vllmjunit.kvstore;

import dev.vllmjunit.tls.Tls;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * How to reach the bucket of the S3 tier.
 *
 * @param endpoint S3 endpoint without the bucket
 * @param region signing region
 * @param bucket bucket name
 * @param keyPrefix prefix of every cache object of this stack; empty for the whole bucket
 * @param pathStyle whether the bucket is in the path
 * @param credentials where keys come from; never printed
 * @param description what kind of store it is, for the report
 * @param tls for an https endpoint
 */
public record ObjectStoreAccess(
        URI endpoint,
        String region,
        String bucket,
        String keyPrefix,
        boolean pathStyle,
        AwsCredentialsProvider credentials,
        String description,
        Tls tls) {

    /** With the JVM's own trust. */
    public ObjectStoreAccess(
            URI endpoint,
            String region,
            String bucket,
            String keyPrefix,
            boolean pathStyle,
            AwsCredentialsProvider credentials,
            String description) {
        this(endpoint, region, bucket, keyPrefix, pathStyle, credentials, description, Tls.ofJvm());
    }

    /** The same with another trust. */
    public ObjectStoreAccess over(Tls other) {
        return new ObjectStoreAccess(endpoint, region, bucket, keyPrefix, pathStyle, credentials, description, other);
    }

    @Override
    public String toString() {
        return description + " " + endpoint + "/" + bucket + "/" + keyPrefix;
    }
}
