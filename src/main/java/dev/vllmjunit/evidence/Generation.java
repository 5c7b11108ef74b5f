package dev.vllmjunit.evidence;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a node generated at temperature 0, token by token.
 *
 * @param text all of it
 * @param tokens a key for each token: its id where the node tells ids, else its text
 * @param logprobs natural logarithm of each token's probability
 * @param alternatives for each token the likeliest ones in its place, itself included, as text to logprob
 * @param pieces each token's own text
 */
public record Generation(
        String text,
        List<String> tokens,
        List<Double> logprobs,
        List<Map<String, Double>> alternatives,
        List<String> pieces) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException unless they are of one length
     */
    public Generation {
        tokens = List.copyOf(tokens);
        logprobs = List.copyOf(logprobs);
        alternatives = List.copyOf(alternatives);
        pieces = List.copyOf(pieces);
        if (logprobs.size() != tokens.size()
                || alternatives.size() != tokens.size()
                || pieces.size() != tokens.size()) {
            throw new IllegalArgumentException(tokens.size() + " tokens with " + logprobs.size() + " logprobs, "
                    + alternatives.size() + " lists of alternatives and " + pieces.size() + " texts");
        }
    }

    /** Number of tokens. */
    public int size() {
        return tokens.size();
    }

    /** The token that stands at a character of the text; the last one for what comes behind the text. */
    int tokenAt(int character) {
        int end = 0;
        for (int token = 0; token < size(); token++) {
            end += pieces.get(token).length();
            if (character < end) {
                return token;
            }
        }
        return Math.max(0, size() - 1);
    }

    /** How much less likely another text is in a token's place; infinite for one that is not among the alternatives. */
    double lead(int token, String other) {
        Double its = alternatives.get(token).get(other);
        boolean itself = Objects.equals(other, pieces.get(token));
        return its == null || itself ? Double.POSITIVE_INFINITY : Math.abs(logprobs.get(token) - its);
    }
}
