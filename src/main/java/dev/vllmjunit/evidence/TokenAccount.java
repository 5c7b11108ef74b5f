package dev.vllmjunit.evidence;

/**
 * Prompt tokens by where they came from, over one run, summed over the prefill nodes; and what decode pulled.
 *
 * @param prompt all prompt tokens
 * @param computed tokens the prefill nodes computed
 * @param device tokens from their own prefix caches
 * @param host tokens from the host tier
 * @param s3 tokens from the object store
 * @param pulled prompt tokens the decode nodes pulled from prefill
 * @param decodeComputed prompt tokens the decode nodes computed themselves
 * @param generated output tokens
 */
public record TokenAccount(
        long prompt, long computed, long device, long host, long s3, long pulled, long decodeComputed, long generated) {

    /** Tokens of one tier. */
    public long of(Tier tier) {
        return switch (tier) {
            case DEVICE -> device;
            case HOST -> host;
            case S3 -> s3;
        };
    }

    /** Of two runs together. */
    TokenAccount plus(TokenAccount other) {
        return new TokenAccount(
                prompt + other.prompt,
                computed + other.computed,
                device + other.device,
                host + other.host,
                s3 + other.s3,
                pulled + other.pulled,
                decodeComputed + other.decodeComputed,
                generated + other.generated);
    }

    /** Prompt tokens not computed / prompt tokens, 0 to 1. */
    public double savings() {
        return prompt == 0 ? 0 : (double) (prompt - computed) / prompt;
    }
}
