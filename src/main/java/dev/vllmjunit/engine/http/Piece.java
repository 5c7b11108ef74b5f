package dev.vllmjunit.engine.http;

/**
 * One output token as text.
 *
 * @param token its id, or {@link #NONE} for the end of a stream without a token
 * @param text its text
 * @param logprob natural logarithm of its probability
 * @param offset characters of output before it
 */
record Piece(int token, String text, double logprob, int offset) {

    /** In the place of an id: no token. */
    static final int NONE = -1;

    private static final int[] NOTHING = {};

    /** No token. */
    static Piece none(int offset) {
        return new Piece(NONE, "", 0, offset);
    }

    boolean isEmpty() {
        return token == NONE;
    }

    /** Its id as a list of one, or of none. */
    int[] tokens() {
        return isEmpty() ? NOTHING : new int[] {token};
    }
}
