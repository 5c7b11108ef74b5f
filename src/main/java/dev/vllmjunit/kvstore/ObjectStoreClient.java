package dev.vllmjunit.kvstore;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedAsyncClientOption;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;

/**
 * Asynchronous calls to the bucket of the S3 tier. Thread-safe. Every call ends within the call deadline; a failed one completes
 * with an {@link ObjectStoreException}. Futures complete on the client's two threads: what depends on them must return at once.
 * Keys are whole keys, prefix included.
 */
public final class ObjectStoreClient implements AutoCloseable {

    private static final int CONNECTIONS = 64;
    private static final int ATTEMPTS = 2;

    private final ObjectStoreAccess access;
    private final S3Faults faults;
    private final NioEventLoopGroup loops;
    private final ScheduledThreadPoolExecutor timer;
    private final S3AsyncClient s3;

    /**
     * Opens no connection yet.
     *
     * @param access the bucket
     * @param callDeadline longest time for one call, retry included
     */
    public ObjectStoreClient(ObjectStoreAccess access, Duration callDeadline) {
        this.access = access;
        this.faults = new S3Faults(access);
        this.loops = new NioEventLoopGroup(2, new DefaultThreadFactory("s3-client", true));
        this.timer = new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("s3-client-deadlines", true));
        timer.setRemoveOnCancelPolicy(true);
        this.s3 = S3AsyncClient.builder()
                .endpointOverride(access.endpoint())
                .region(Region.of(access.region()))
                .forcePathStyle(access.pathStyle())
                .credentialsProvider(access.credentials())
                // Ceph RGW 16 answers a PUT with a trailing checksum with 411, and a batch delete wants Content-MD5.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .addPlugin(LegacyMd5Plugin.create())
                .overrideConfiguration(deadlines(callDeadline))
                .httpClientBuilder(http(callDeadline))
                .asyncConfiguration(
                        c -> c.advancedOption(SdkAdvancedAsyncClientOption.FUTURE_COMPLETION_EXECUTOR, Runnable::run))
                .build();
    }

    private ClientOverrideConfiguration deadlines(Duration callDeadline) {
        return ClientOverrideConfiguration.builder()
                .apiCallTimeout(callDeadline)
                .apiCallAttemptTimeout(callDeadline.dividedBy(ATTEMPTS))
                .retryStrategy(AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(ATTEMPTS)
                        .build())
                .scheduledExecutorService(timer)
                .build();
    }

    private NettyNioAsyncHttpClient.Builder http(Duration callDeadline) {
        return NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(SdkEventLoopGroup.create(loops))
                .maxConcurrency(CONNECTIONS)
                .maxPendingConnectionAcquires(Integer.MAX_VALUE)
                .connectionTimeout(callDeadline.dividedBy(ATTEMPTS))
                .connectionAcquisitionTimeout(callDeadline);
    }

    /** Writes an object. */
    public CompletableFuture<Void> put(String key, byte[] value) {
        CompletableFuture<?> call =
                s3.putObject(b -> b.bucket(access.bucket()).key(key), AsyncRequestBody.fromBytesUnsafe(value));
        return explain("PUT of " + key, call.thenApply(answer -> null));
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
        CompletableFuture<ResponseBytes<GetObjectResponse>> call = s3.getObject(
                b -> b.bucket(access.bucket()).key(key).range(range), AsyncResponseTransformer.toBytes());
        return explain("GET of " + key, call.thenApply(ResponseBytes::asByteArrayUnsafe));
    }

    /** Whether an object is there; false also where the whole bucket is missing, which a HEAD cannot tell apart. */
    public CompletableFuture<Boolean> exists(String key) {
        CompletableFuture<Boolean> call =
                s3.headObject(b -> b.bucket(access.bucket()).key(key)).thenApply(answer -> true);
        return explain("HEAD of " + key, call).exceptionallyCompose(thrown -> isNotFound(thrown)
                ? CompletableFuture.completedFuture(false)
                : CompletableFuture.failedFuture(thrown));
    }

    /** Deletes an object; one that is not there counts as deleted. */
    public CompletableFuture<Void> delete(String key) {
        CompletableFuture<?> call =
                s3.deleteObject(b -> b.bucket(access.bucket()).key(key));
        return explain("DELETE of " + key, call.thenApply(answer -> null));
    }

    /** Deletes up to 1000 objects in one request; completes with those that the store did not delete. */
    CompletableFuture<List<String>> deleteBatch(Collection<String> keys) {
        List<ObjectIdentifier> ids = keys.stream()
                .map(key -> ObjectIdentifier.builder().key(key).build())
                .toList();
        CompletableFuture<List<String>> call = s3.deleteObjects(
                        b -> b.bucket(access.bucket()).delete(d -> d.objects(ids).quiet(true)))
                .thenApply(answer -> answer.errors().stream().map(S3Error::key).toList());
        return explain("DELETE of " + keys.size() + " objects", call);
    }

    /** One page of the listing below {@code prefix}. */
    CompletableFuture<ListObjectsV2Response> list(String prefix, @Nullable String continuation) {
        return explain(
                "LIST below '" + prefix + "'",
                s3.listObjectsV2(b -> b.bucket(access.bucket()).prefix(prefix).continuationToken(continuation)));
    }

    private <T> CompletableFuture<T> explain(String operation, CompletableFuture<T> call) {
        return call.exceptionallyCompose(thrown -> CompletableFuture.failedFuture(faults.of(operation, thrown)));
    }

    private static boolean isNotFound(Throwable thrown) {
        Throwable failure = thrown.getCause() == null ? thrown : thrown.getCause();
        return (thrown instanceof ObjectStoreException e && e.kind() == ObjectStoreException.Kind.NOT_FOUND)
                || (failure instanceof ObjectStoreException f && f.kind() == ObjectStoreException.Kind.NOT_FOUND);
    }

    /** Ends what is in flight and stops the client's threads. */
    @Override
    public void close() {
        s3.close();
        timer.shutdownNow();
        // A short quiet period lets the pools of the SDK say goodbye to their connections.
        loops.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
