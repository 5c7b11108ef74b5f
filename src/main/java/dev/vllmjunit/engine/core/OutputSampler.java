package dev.vllmjunit.engine.core;

/**
 * Draws a sequence's output tokens: each is a function of the digest of the prompt's KV bytes as held and of the outputs
 * before it.
 */
final class OutputSampler {

    /** One token in about so many ends the sequence, where the request lets it. */
    private static final int STOP_EVERY = 1000;

    private static final double LIKELIEST = 0.95;
    private static final double UNLIKELIEST = 0.05;

    private final int[] vocabulary;
    private long state;

    OutputSampler(int[] vocabulary, long promptDigest) {
        this.vocabulary = vocabulary;
        this.state = promptDigest;
    }

    /** The next token. */
    Sampled next() {
        long drawn = Mixing.chain(state, 1);
        int token = vocabulary[(int) Long.remainderUnsigned(drawn, vocabulary.length)];
        boolean endsSequence = Long.remainderUnsigned(Mixing.chain(state, 2), STOP_EVERY) == 0;
        double unit = (Mixing.chain(state, 3) >>> 11) * 0x1p-53;
        state = Mixing.chain(state, token);
        return new Sampled(token, Math.log(UNLIKELIEST + unit * (LIKELIEST - UNLIKELIEST)), endsSequence);
    }

    /**
     * A drawn token.
     *
     * @param logprob natural logarithm of its probability
     * @param endsSequence whether it stands for end-of-sequence
     */
    record Sampled(int token, double logprob, boolean endsSequence) {}
}
