package dev.vllmjunit.engine.core;

import dev.vllmjunit.topology.ModelSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What engines tell each other before KV moves.
 *
 * @param engineId fresh for every engine
 * @param compatibility hash over what must be equal on both sides; as in vLLM the block size is checked apart
 * @param blockSize tokens in a block
 * @param kvBytesPerToken full-size KV bytes of a token
 */
record PeerIdentity(String engineId, String compatibility, int blockSize, long kvBytesPerToken) {

    static PeerIdentity of(String engineId, EngineConfig config) {
        ModelSpec model = config.model();
        String shape = String.join(
                "|",
                model.id(),
                "layers " + model.layers(),
                "kv heads " + model.kvHeads(),
                "head size " + model.headDim(),
                "element bytes " + model.bytesPerElement(),
                "scale " + config.kvScale());
        return new PeerIdentity(engineId, sha256(shape), config.blockSize(), model.kvBytesPerToken());
    }

    /**
     * Checks, on the side that pulls, that blocks of {@code remote} can be used here. The words are vLLM's where it has some.
     *
     * @throws TransferException saying what differs
     */
    void requireCompatible(PeerIdentity remote, String expectedEngineId) throws TransferException {
        if (!remote.compatibility.equals(compatibility)) {
            throw new TransferException("NIXL compatibility hash mismatch. Local: " + compatibility + ", Remote: "
                    + remote.compatibility
                    + ". Prefill and decode instances have incompatible configurations. This may be"
                    + " due to: different vLLM versions, models, dtypes, KV cache layouts, attention backends, etc. Both"
                    + " instances must use identical configurations. (KV bytes per token: local " + kvBytesPerToken
                    + ", remote " + remote.kvBytesPerToken + ")");
        }
        if (!remote.engineId.equals(expectedEngineId)) {
            throw new TransferException("Remote NIXL agent engine ID mismatch. Expected " + expectedEngineId
                    + ",received " + remote.engineId + ".");
        }
        if (blockSize % remote.blockSize != 0) {
            throw new TransferException("Local block size " + blockSize + " is not divisible by remote block size "
                    + remote.blockSize + " or vice versa.");
        }
        if (blockSize != remote.blockSize) {
            // Divisible sizes pass vLLM's own check, and then give silently wrong output.
            throw new TransferException("Local block size " + blockSize + " differs from remote block size "
                    + remote.blockSize + "; start both nodes with the same --block-size.");
        }
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
