package dev.vllmjunit.topology;

/**
 * The served model, and the shape from which sizes and floors follow.
 *
 * @param id the id requests name, for instance {@code meta-llama/Llama-3.1-70B}
 * @param parameters number of weights
 * @param layers transformer layers
 * @param hiddenSize width of the residual stream
 * @param kvHeads key/value heads per layer
 * @param headDim elements per head
 * @param bytesPerElement 2 for bf16 and fp16, 4 for fp32
 * @param maxModelLength longest prompt plus output, in tokens
 * @param attentionHeads query heads per layer; 0 stands for {@code hiddenSize / headDim}, which most models have
 */
public record ModelSpec(
        String id,
        long parameters,
        int layers,
        int hiddenSize,
        int kvHeads,
        int headDim,
        int bytesPerElement,
        int maxModelLength,
        int attentionHeads) {

    /** A model whose query heads together are as wide as its residual stream. */
    public ModelSpec(
            String id,
            long parameters,
            int layers,
            int hiddenSize,
            int kvHeads,
            int headDim,
            int bytesPerElement,
            int maxModelLength) {
        this(id, parameters, layers, hiddenSize, kvHeads, headDim, bytesPerElement, maxModelLength, 0);
    }

    /** Checks that the id is named and every size positive. */
    public ModelSpec {
        if (id.isBlank()) {
            throw new IllegalArgumentException("model.id is empty; name the model as /v1/models does");
        }
        requirePositive("parameters", parameters);
        requirePositive("layers", layers);
        requirePositive("hiddenSize", hiddenSize);
        requirePositive("kvHeads", kvHeads);
        requirePositive("headDim", headDim);
        requirePositive("bytesPerElement", bytesPerElement);
        requirePositive("maxModelLength", maxModelLength);
        attentionHeads = attentionHeads == 0 ? Math.max(1, hiddenSize / headDim) : attentionHeads;
        requirePositive("attentionHeads", attentionHeads);
    }

    /** KV cache bytes of one token over all ranks: 2 (key, value) x layers x kvHeads x headDim x bytesPerElement. */
    public long kvBytesPerToken() {
        return 2L * layers * kvHeads * headDim * bytesPerElement;
    }

    /** Width of attention: query heads x elements per head. Equals the hidden size in most models, not in Qwen3. */
    public int attentionWidth() {
        return attentionHeads * headDim;
    }

    /** Bytes of all weights. */
    public long weightBytes() {
        return parameters * bytesPerElement;
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException("model." + name + " is " + value + "; it must be greater than 0");
        }
    }
}
