package dev.vllmjunit.engine.tier;

import dev.vllmjunit.kvstore.LmCacheKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a prompt's chunks: SHA-256, chained over the cache salt and all tokens up to the chunk's end, in the layout of the
 * LMCache server. Thread-safe. The keys of the last few prompts are remembered by the identity of their arrays, because a node asks
 * chunk by chunk and each answer would hash the whole prompt again.
 */
final class ChunkKeys {

    private static final int REMEMBERED = 16;

    private final String keyPrefix;
    private final String model;
    private final int chunkTokens;
    private final Map<Prompt, List<String>> recent = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Prompt, List<String>> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** Equal only to itself with the same salt: prompts are compared by identity. */
    private static final class Prompt {

        private final int[] tokens;
        private final Optional<String> salt;

        Prompt(int[] tokens, Optional<String> salt) {
            this.tokens = tokens;
            this.salt = salt;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Prompt that && tokens == that.tokens && salt.equals(that.salt);
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(tokens) + salt.hashCode();
        }
    }

    ChunkKeys(String keyPrefix, String model, int chunkTokens) {
        this.keyPrefix = keyPrefix;
        this.model = model;
        this.chunkTokens = chunkTokens;
    }

    /** One key per whole chunk. */
    synchronized List<String> of(int[] tokens, Optional<String> salt) {
        return recent.computeIfAbsent(new Prompt(tokens, salt), this::compute);
    }

    private List<String> compute(Prompt prompt) {
        MessageDigest sha256 = sha256();
        Optional<String> saltInKey = prompt.salt.filter(salt -> !salt.isEmpty()).map(salt -> saltInKey(salt, sha256));
        byte[] hash = sha256.digest(prompt.salt.orElse("").getBytes(StandardCharsets.UTF_8));
        int chunks = prompt.tokens.length / chunkTokens;
        List<String> keys = new ArrayList<>(chunks);
        ByteBuffer chunk = ByteBuffer.allocate(chunkTokens * Integer.BYTES);
        for (int i = 0; i < chunks; i++) {
            chunk.clear().asIntBuffer().put(prompt.tokens, i * chunkTokens, chunkTokens);
            sha256.update(hash);
            hash = sha256.digest(chunk.array());
            keys.add(keyPrefix + new LmCacheKey(model, 0, 0, HexFormat.of().formatHex(hash), saltInKey).text());
        }
        return List.copyOf(keys);
    }

    /** A salt that LMCache does not allow in a key stands there as its digest. */
    private static String saltInKey(String salt, MessageDigest sha256) {
        return LmCacheKey.isSalt(salt)
                ? salt
                : HexFormat.of().formatHex(sha256.digest(salt.getBytes(StandardCharsets.UTF_8)));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
