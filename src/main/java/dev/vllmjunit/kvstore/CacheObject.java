package dev.vllmjunit.kvstore;

/**
 * One object of the bucket.
 *
 * @param key its whole key, prefix included
 * @param bytes its size
 * @param etag the store's tag of its content, without quotes; the MD5 of the content where it was written in one part
 */
public record CacheObject(String key, long bytes, String etag) {

    /** Everything in its key that decides how large it is: objects of one kind have one size. Empty for a key of no cache. */
    public String kind() {
        return CacheKey.parse(key).map(CacheKey::kind).orElse("");
    }
}
