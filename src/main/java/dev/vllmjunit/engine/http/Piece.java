package dev.vllmjunit.engine.http;

/**
 * One output token as text.
 *
 * @param tokens its id, or nothing for the end of a stream without a token
 * @param text its text
 * @param logprob natural logarithm of its probability
 * @param offset characters of output before it
 */
record Piece(int[] tokens, String text, double logprob, int offset) {

    /** No token. */
    static Piece none(int offset) {
        return new Piece(new int[0], "", 0, offset);
    }

    boolean isEmpty() {
        return tokens.length == 0;
    }
}
