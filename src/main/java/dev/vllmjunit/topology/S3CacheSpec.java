package dev.vllmjunit.topology;

import java.net.URI;
import java.util.Optional;

/**
 * The S3 tier of the KV cache.
 *
 * @param bucket bucket name
 * @param endpoint the endpoint to use as it is; empty when the stack brings its own object store
 * @param region signing region
 * @param pathStyle whether the bucket is in the path rather than in the host name
 * @param writer what writes the objects
 * @param chunkTokens tokens in one object; a part of a chunk is never stored
 * @param keyPrefix prefix of the cache objects' keys, and all that a clearing clears; empty for the whole bucket
 */
public record S3CacheSpec(
        String bucket,
        Optional<URI> endpoint,
        String region,
        boolean pathStyle,
        Writer writer,
        int chunkTokens,
        String keyPrefix) {

    /** What writes KV cache into S3. */
    public enum Writer {
        /** LMCache's server with an S3 L2 adapter. */
        LMCACHE,
        /** vLLM's own tiering over NIXL's OBJ plugin. */
        OBJ
    }

    /** Checks that the bucket is named and the chunk holds at least one token. */
    public S3CacheSpec {
        if (bucket.isBlank()) {
            throw new IllegalArgumentException("s3Cache.bucket is empty; name a bucket");
        }
        if (chunkTokens < 1) {
            throw new IllegalArgumentException("s3Cache.chunkTokens is " + chunkTokens + "; it must be 1 or more");
        }
    }

    /** With the whole bucket for the cache. */
    public S3CacheSpec(
            String bucket, Optional<URI> endpoint, String region, boolean pathStyle, Writer writer, int chunkTokens) {
        this(bucket, endpoint, region, pathStyle, writer, chunkTokens, "");
    }
}
