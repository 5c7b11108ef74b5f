package dev.vllmjunit.kvstore;

import dev.vllmjunit.tls.Tls;
import java.net.InetSocketAddress;
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

    /**
     * The same store at another address.
     *
     * @throws IllegalArgumentException if it cannot be reached under one: by https, or with the bucket in the host name
     */
    public ObjectStoreAccess at(InetSocketAddress other) {
        if (!pathStyle || !"http".equals(endpoint.getScheme())) {
            throw new IllegalArgumentException("S3 at " + endpoint + " ("
                    + (pathStyle ? "path-style" : "bucket in the host name")
                    + ") cannot be reached through another address: its host name counts; use an http endpoint with"
                    + " s3Cache.pathStyle: true, or leave the endpoint out for a store of the stack's own");
        }
        URI address = URI.create("http://" + other.getAddress().getHostAddress() + ":" + other.getPort());
        return new ObjectStoreAccess(address, region, bucket, keyPrefix, pathStyle, credentials, description);
    }

    /** The port of its endpoint, also where that is the scheme's own. */
    public int port() {
        return endpoint.getPort() >= 0 ? endpoint.getPort() : "https".equals(endpoint.getScheme()) ? 443 : 80;
    }

    @Override
    public String toString() {
        return description + " " + endpoint + "/" + bucket + "/" + keyPrefix;
    }
}
