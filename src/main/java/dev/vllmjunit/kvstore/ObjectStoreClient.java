package dev.vllmjunit.kvstore;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * Asynchronous calls to the bucket of the S3 tier, up to {@value #CALLS_IN_FLIGHT} at a time. Thread-safe. Every call ends within
 * the call deadline of being sent; a failed one completes with an {@link ObjectStoreException}. Futures complete on the client's
 * threads: what depends on them must return soon. Keys are whole keys, prefix included.
 *
 * <p>Underneath is the SDK's blocking client on threads of our own. Its Netty client (2.57.8) can hand one connection to two calls
 * when an error, such as the 404 of every cold lookup, is answered very fast; on the loopback interface some calls failed in each
 * run of a few hundred. The blocking client was as fast.
 */
public final class ObjectStoreClient implements AutoCloseable {

    /** Calls that are sent before one has been answered; further ones wait their turn. */
    public static final int CALLS_IN_FLIGHT = 40;

    private static final int ATTEMPTS = 3;
    private static final Duration IDLE = Duration.ofSeconds(20);

    private final ObjectStoreAccess access;
    private final S3Faults faults;
    private final ThreadPoolExecutor threads;
    private final S3Client s3;

    /**
     * Opens no connection yet.
     *
     * @param access the bucket
     * @param callDeadline longest time for one call, retries included; a single attempt gets half of it
     */
    public ObjectStoreClient(ObjectStoreAccess access, Duration callDeadline) {
        this.access = access;
        this.faults = new S3Faults(access);
        this.threads = new ThreadPoolExecutor(
                CALLS_IN_FLIGHT,
                CALLS_IN_FLIGHT,
                IDLE.toSeconds(),
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory("s3-client-" + access.bucket(), true));
        threads.allowCoreThreadTimeOut(true);
        this.s3 = S3Client.builder()
                .endpointOverride(access.endpoint())
                .region(Region.of(access.region()))
                .forcePathStyle(access.pathStyle())
                .credentialsProvider(access.credentials())
                // Ceph RGW 16 answers a PUT with a trailing checksum with 411, and a batch delete wants Content-MD5.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create())
                .overrideConfiguration(deadlines(callDeadline))
                .httpClientBuilder(http(callDeadline, access))
                .build();
    }

    private static ClientOverrideConfiguration deadlines(Duration callDeadline) {
        return ClientOverrideConfiguration.builder()
                .apiCallTimeout(callDeadline)
                .apiCallAttemptTimeout(callDeadline.dividedBy(2))
                .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(ATTEMPTS)
                        .build())
                .build();
    }

    private static Apache5HttpClient.Builder http(Duration callDeadline, ObjectStoreAccess access) {
        return Apache5HttpClient.builder()
                .tlsTrustManagersProvider(access.tls()::trustManagers)
                .maxConnections(CALLS_IN_FLIGHT)
                .connectionTimeout(callDeadline.dividedBy(2))
                .connectionMaxIdleTime(IDLE);
    }

    /** Creates the bucket; harmless where it is there and ours. */
    CompletableFuture<Void> createBucket() {
        return run("creating the bucket", () -> s3.createBucket(request -> request.bucket(access.bucket())));
    }

    /** Writes an object. The array must not change before the call has ended. */
    public CompletableFuture<Void> put(String key, byte[] value) {
        return run(
                "PUT of " + key,
                () -> s3.putObject(b -> b.bucket(access.bucket()).key(key), RequestBody.fromBytes(value)));
    }

    /** Reads a whole object. */
    public CompletableFuture<byte[]> get(String key) {
        return get(key, null);
    }

    /** Reads no more than the first {@code limit} bytes of an object, so that a wrong one cannot exhaust the memory. */
    public CompletableFuture<byte[]> getAtMost(String key, long limit) {
        return get(key, "bytes=0-" + (limit - 1));
    }

    private CompletableFuture<byte[]> get(String key, @Nullable String range) {
        return call("GET of " + key, () -> s3.getObject(
                        b -> b.bucket(access.bucket()).key(key).range(range), ResponseTransformer.toBytes())
                .asByteArrayUnsafe());
    }

    /** Whether an object is there; false also where the whole bucket is missing, which a HEAD cannot tell apart. */
    public CompletableFuture<Boolean> exists(String key) {
        return call("HEAD of " + key, () -> head(key));
    }

    private boolean head(String key) {
        try {
            s3.headObject(b -> b.bucket(access.bucket()).key(key));
            return true;
        } catch (AwsServiceException e) {
            if (e.statusCode() == 404) {
                return false;
            }
            throw e;
        }
    }

    /** Deletes an object; one that is not there counts as deleted. */
    public CompletableFuture<Void> delete(String key) {
        return run(
                "DELETE of " + key,
                () -> s3.deleteObject(b -> b.bucket(access.bucket()).key(key)));
    }

    /** Deletes up to 1000 objects in one request; completes with those that the store did not delete. */
    CompletableFuture<List<String>> deleteBatch(Collection<String> keys) {
        List<ObjectIdentifier> ids = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        return call(
                "DELETE of " + keys.size() + " objects",
                () ->
                        s3
                                .deleteObjects(b -> b.bucket(access.bucket())
                                        .delete(d -> d.objects(ids).quiet(true)))
                                .errors()
                                .stream()
                                .map(S3Error::key)
                                .toList());
    }

    /** One page of the listing below {@code prefix}. */
    CompletableFuture<ListObjectsV2Response> list(String prefix, @Nullable String continuation) {
        return call(
                "LIST below '" + prefix + "'",
                () -> s3.listObjectsV2(
                        b -> b.bucket(access.bucket()).prefix(prefix).continuationToken(continuation)));
    }

    private CompletableFuture<Void> run(String operation, Supplier<?> call) {
        return call(operation, call).thenAccept(answer -> {});
    }

    private <T> CompletableFuture<T> call(String operation, Supplier<T> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        try {
            threads.execute(() -> answer(operation, call, answer));
        } catch (RejectedExecutionException e) {
            answer.completeExceptionally(faults.of(operation, e));
        }
        return answer;
    }

    private <T> void answer(String operation, Supplier<T> call, CompletableFuture<T> answer) {
        T value;
        try {
            value = call.get();
        } catch (RuntimeException e) {
            answer.completeExceptionally(faults.of(operation, e));
            return;
        }
        answer.complete(value);
    }

    /** Fails what is in flight and stops the client's threads. */
    @Override
    public void close() {
        s3.close();
        threads.shutdownNow().forEach(Runnable::run);
    }
}
