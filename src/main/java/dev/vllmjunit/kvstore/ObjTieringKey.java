package dev.vllmjunit.kvstore;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Key of vLLM's own tiering over NIXL's OBJ plugin (0.32):
 * {@code <prefix><model>_<12 hex digits>_r<rank>/<3 hex digits>/<2 hex digits>_g<group>/<block hash>.bin}.
 *
 * @param model the model as the key names it, with whatever prefix the tier was given
 * @param configuration digest of everything that decides whether two writers' blocks are the same
 * @param rank tensor-parallel rank
 * @param objectGroup number of the KV cache group
 * @param blockHash hexadecimal digits
 */
record ObjTieringKey(String model, String configuration, int rank, int objectGroup, String blockHash)
        implements CacheKey {

    private static final Pattern LAYOUT =
            Pattern.compile("(?<model>.+)_(?<configuration>[0-9a-f]{12})_r(?<rank>[0-9]{1,6})"
                    + "/[0-9a-f]{3}/[0-9a-f]{2}_g(?<group>[0-9]{1,6})/(?<hash>[0-9a-f]+)\\.bin");

    /** Reads a key; empty for one of another layout. */
    public static Optional<ObjTieringKey> parse(String key) {
        Matcher parts = LAYOUT.matcher(key);
        return parts.matches()
                ? Optional.of(new ObjTieringKey(
                        parts.group("model"),
                        parts.group("configuration"),
                        Integer.parseInt(parts.group("rank")),
                        Integer.parseInt(parts.group("group")),
                        parts.group("hash")))
                : Optional.empty();
    }

    @Override
    public String kind() {
        return String.join(" ", writer(), model, configuration, String.valueOf(rank), String.valueOf(objectGroup));
    }

    @Override
    public String writer() {
        return "vLLM OBJ tiering";
    }
}
