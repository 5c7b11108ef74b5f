package dev.vllmjunit.kvstore;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Key of the LMCache server (0.5): {@code <model>@<kv_rank, 8 hex digits>@<object group, hex>@<chunk hash, hex>[@<cache salt>]}.
 *
 * @param model model path or id; must not hold {@code @}
 * @param rank LMCache's {@code kv_rank}: world size and worker in one number
 * @param objectGroup number of the group of layers, 0 for most models
 * @param chunkHash hexadecimal digits
 * @param cacheSalt LMCache's salt; 1 to 128 characters, none of {@code @ / \} and NUL
 */
public record LmCacheKey(String model, int rank, int objectGroup, String chunkHash, Optional<String> cacheSalt)
        implements CacheKey {

    private static final Pattern LAYOUT =
            Pattern.compile("(?<model>[^@]+)@(?<rank>[0-9a-f]{8})@(?<group>[0-9a-f]{1,7})@(?<hash>(?:[0-9a-f]{2})+)"
                    + "(?:@(?<salt>[^@/\\\\\\x00]{1,128}))?");
    private static final Pattern SALT = Pattern.compile("[^@/\\\\\\x00]{1,128}");

    /**
     * Refuses what LMCache refuses.
     *
     * @throws IllegalArgumentException naming the part that cannot be in a key
     */
    public LmCacheKey {
        if (model.isEmpty() || model.indexOf('@') >= 0) {
            throw new IllegalArgumentException(
                    "model '" + model + "' cannot be part of a cache key; it must not be empty or hold '@'");
        }
        if (cacheSalt.filter(salt -> !isSalt(salt)).isPresent()) {
            throw new IllegalArgumentException(
                    "this cache salt cannot be part of a cache key; LMCache allows 1 to 128 characters, none of '@', '/', '\\' and NUL");
        }
    }

    /** Whether LMCache takes this as a salt. */
    public static boolean isSalt(String salt) {
        return SALT.matcher(salt).matches();
    }

    /** Reads a key; empty for one of another layout. */
    public static Optional<LmCacheKey> parse(String key) {
        Matcher parts = LAYOUT.matcher(key);
        return parts.matches()
                ? Optional.of(new LmCacheKey(
                        parts.group("model"),
                        Integer.parseUnsignedInt(parts.group("rank"), 16),
                        Integer.parseInt(parts.group("group"), 16),
                        parts.group("hash"),
                        Optional.ofNullable(parts.group("salt"))))
                : Optional.empty();
    }

    /** The key as it stands in the bucket. */
    public String text() {
        return String.format("%s@%08x@%x@%s", model, rank, objectGroup, chunkHash)
                + cacheSalt.map(salt -> "@" + salt).orElse("");
    }

    @Override
    public String kind() {
        return String.join(" ", writer(), model, String.valueOf(rank), String.valueOf(objectGroup));
    }

    @Override
    public String writer() {
        return "LMCache";
    }
}
