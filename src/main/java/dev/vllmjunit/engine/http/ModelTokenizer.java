package dev.vllmjunit.engine.http;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The tokenizer of every embedded node: OpenAI's {@code cl100k_base}, whatever model the node claims to serve, because the vocabulary
 * of the served model is not at hand. Texts have no beginning-of-sequence token; markers of special tokens in a text are plain text.
 * Thread-safe; the tables are loaded at the first use and shared.
 */
public final class ModelTokenizer {

    /** Ordinary tokens of cl100k_base: ids {@code [0, 100256)}, all of which decode. */
    static final int VOCABULARY_SIZE = 100_256;

    private static final int OUTPUT_WORDS = 4_096;

    /** Token ids of a text. */
    public int[] encode(String text) {
        return Tables.ENCODING.encodeOrdinary(text).toArray();
    }

    /**
     * The text of one token. A token that ends within a character decodes to the replacement character.
     *
     * @throws IllegalArgumentException if the id is out of the vocabulary
     */
    public String decode(int tokenId) {
        return decode(new int[] {tokenId});
    }

    /**
     * The text of a sequence of tokens.
     *
     * @throws IllegalArgumentException if an id is out of the vocabulary
     */
    public String decode(int[] tokenIds) {
        IntArrayList ids = new IntArrayList(tokenIds.length);
        for (int id : tokenIds) {
            requireInVocabulary(id);
            ids.add(id);
        }
        return Tables.ENCODING.decode(ids);
    }

    /** Whether an id names an ordinary token. */
    public boolean knows(long tokenId) {
        return tokenId >= 0 && tokenId < VOCABULARY_SIZE;
    }

    /**
     * The ids an embedded engine draws its output from: common lower-case ASCII words with a leading space. Any sequence of them decodes
     * to clean text, and that text encodes to the same sequence.
     */
    public int[] outputVocabulary() {
        return OutputVocabulary.IDS.clone();
    }

    private void requireInVocabulary(int id) {
        if (!knows(id)) {
            throw new IllegalArgumentException(
                    "Token id " + id + " is out of vocabulary; ids go from 0 to " + (VOCABULARY_SIZE - 1));
        }
    }

    private static final class Tables {
        static final Encoding ENCODING = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.CL100K_BASE);
    }

    private static final class OutputVocabulary {
        static final int[] IDS = IntStream.range(0, VOCABULARY_SIZE)
                .filter(OutputVocabulary::isWord)
                .limit(OUTPUT_WORDS)
                .toArray();

        private static boolean isWord(int id) {
            IntArrayList single = new IntArrayList(1);
            single.add(id);
            String text = new String(Tables.ENCODING.decodeBytes(single), StandardCharsets.UTF_8);
            return text.length() > 2
                    && text.charAt(0) == ' '
                    && text.chars().skip(1).allMatch(c -> c >= 'a' && c <= 'z')
                    && Arrays.equals(Tables.ENCODING.encodeOrdinary(text).toArray(), new int[] {id});
        }
    }
}
