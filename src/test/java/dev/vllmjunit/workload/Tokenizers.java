package dev.vllmjunit.workload;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Tokenizers that differ in what makes exact lengths hard. */
final class Tokenizers {

    private static final Encoding CL100K = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    private static final int BOS = 1;

    private Tokenizers() {}

    /** A real vocabulary with nearly one token for each common word. */
    static int[] real(String text) {
        return CL100K.encodeOrdinary(text).toArray();
    }

    /** As Llama does: a token at the beginning of every text. */
    static int[] withBeginningOfSequence(String text) {
        return IntStream.concat(IntStream.of(BOS), IntStream.of(real(text))).toArray();
    }

    /** Merges two short words into one token wherever they meet, so that lengths don't add up. */
    static int[] merging(String text) {
        return pieces(Pattern.compile("\\s?\\w{1,4} \\w{1,4}\\b|\\s?\\w{1,3}|\\W"), text);
    }

    /** Five characters make a token: most words have two, and a concatenation has fewer tokens than its parts. */
    static int[] fiveCharacters(String text) {
        return pieces(Pattern.compile("(?s).{1,5}"), text);
    }

    private static int[] pieces(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(MatchResult::group)
                .mapToInt(String::hashCode)
                .toArray();
    }

    static Stream<Tokenizer> all() {
        return Stream.of(
                Tokenizers::real, Tokenizers::withBeginningOfSequence, Tokenizers::merging, Tokenizers::fiveCharacters);
    }
}
