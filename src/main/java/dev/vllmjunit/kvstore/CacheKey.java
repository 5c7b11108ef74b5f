package dev.vllmjunit.kvstore;

import java.util.Optional;

/** The key of a cache object, without the stack's own prefix, in the layout of the software that wrote it. */
sealed interface CacheKey permits LmCacheKey, ObjTieringKey {

    /** Reads a key of any known layout; empty for an object that is none of theirs. */
    static Optional<CacheKey> parse(String key) {
        return LmCacheKey.parse(key).<CacheKey>map(k -> k).or(() -> ObjTieringKey.parse(key));
    }

    /** The key of an object below {@code keyPrefix}, which may be any part of the key, also half of the model's name. */
    static Optional<CacheKey> of(CacheObject object, String keyPrefix) {
        return parse(object.key().substring(keyPrefix.length())).or(() -> parse(object.key()));
    }

    /** The software that writes this layout, for the report. */
    String writer();

    /** The model as the key names it. */
    String model();

    /** The rank whose part of the KV cache the object holds. */
    int rank();

    /** All but the hash and the salt: what decides the object's size. */
    String kind();
}
