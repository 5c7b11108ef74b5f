package dev.vllmjunit.kvstore;

import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import org.jclouds.logging.slf4j.config.SLF4JLoggingModule;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * An S3 server in this JVM (s3proxy over a store on the heap), on a free port of the loopback interface, path-style, with keys that
 * are drawn anew at each start and never shown. Holds at most half of the JVM's largest heap; a PUT beyond that is answered with
 * HTTP 507. Thread-safe.
 */
public final class EmbeddedObjectStore implements AutoCloseable {

    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final int THREADS = 24;

    private final BlobStoreContext context;
    private final MeteredBlobStore store;
    private final StaticCredentialsProvider credentials;
    private final S3Proxy server;

    private EmbeddedObjectStore(long capacityBytes) {
        String secret = random(20);
        String identity = random(10);
        this.credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create(identity, secret));
        // s3proxy prefers its newer transient store, but that one lists half-written objects under temporary names.
        this.context = ContextBuilder.newBuilder("transient")
                .credentials(identity, secret)
                .modules(List.of(new SLF4JLoggingModule()))
                .build(BlobStoreContext.class);
        this.store = new MeteredBlobStore(context.getBlobStore(), capacityBytes);
        this.server = S3Proxy.builder()
                .blobStore(store)
                .awsAuthentication(AuthenticationType.AWS_V4, identity, secret)
                .endpoint(URI.create("http://127.0.0.1:0"))
                // It refuses checksum headers newer than itself.
                .ignoreUnknownHeaders(true)
                .jettyMaxThreads(THREADS)
                .build();
    }

    /**
     * Starts a store without buckets.
     *
     * @throws ObjectStoreException when it does not come up
     */
    public static EmbeddedObjectStore start() {
        return start(Runtime.getRuntime().maxMemory() / 2);
    }

    static EmbeddedObjectStore start(long capacityBytes) {
        EmbeddedObjectStore store = new EmbeddedObjectStore(capacityBytes);
        try {
            store.server.start();
            return store;
        } catch (Exception e) {
            store.close();
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.OTHER,
                    "the embedded object store did not start on a free port of 127.0.0.1: " + e.getMessage(),
                    e);
        }
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /**
     * Creates the bucket if it is not there yet.
     *
     * @param region any: the embedded store takes each
     * @param bucket 3 to 63 lower-case letters, digits, dots and hyphens
     * @param keyPrefix prefix of every cache object; may be empty
     * @return how to reach it
     */
    public ObjectStoreAccess access(String region, String bucket, String keyPrefix) {
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException(
                    "bucket '" + bucket
                            + "' is no S3 bucket name; use 3 to 63 lower-case letters, digits, dots and hyphens, no dot or hyphen at the ends");
        }
        store.createContainerInLocation(null, bucket);
        return new ObjectStoreAccess(
                endpoint(), region, bucket, keyPrefix, true, credentials, "embedded S3 server (s3proxy)");
    }

    /** What it was asked for so far. */
    public StoreTraffic traffic() {
        return store.traffic();
    }

    /** Stops the server and forgets the objects. */
    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.OTHER, "the embedded object store did not stop: " + e.getMessage(), e);
        } finally {
            context.close();
        }
    }

    private static String random(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
