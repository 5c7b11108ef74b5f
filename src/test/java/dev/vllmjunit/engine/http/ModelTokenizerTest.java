package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The embedded node's tokenizer. */
class ModelTokenizerTest {

    private final ModelTokenizer tokenizer = new ModelTokenizer();

    @Test
    void textsRoundTrip() {
        String text = "Prefill once, décode anywhere: 日本語 <|endoftext|>\n";
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void anySequenceOfOutputTokensDecodesToAsciiWordsAndBack() {
        int[] vocabulary = tokenizer.outputVocabulary();
        Random random = new Random(7);
        int[] output =
                random.ints(2_000, 0, vocabulary.length).map(i -> vocabulary[i]).toArray();
        StringBuilder piecewise = new StringBuilder();
        for (int id : output) {
            piecewise.append(tokenizer.decode(id));
        }
        assertThat(piecewise.toString()).matches("[a-z ]+").isEqualTo(tokenizer.decode(output));
        assertThat(tokenizer.encode(piecewise.toString())).isEqualTo(output);
    }

    @Test
    void outputVocabularyHoldsThousandsOfDistinctIds() {
        assertThat(Arrays.stream(tokenizer.outputVocabulary()).distinct().count())
                .isEqualTo(4_096);
    }

    @Test
    void handsOutItsOwnCopyOfTheOutputVocabulary() {
        tokenizer.outputVocabulary()[0] = -1;
        assertThat(tokenizer.outputVocabulary()[0]).isNotNegative();
    }

    @Test
    void everyIdOfTheVocabularyDecodes() {
        int[] all = IntStream.range(0, ModelTokenizer.VOCABULARY_SIZE).toArray();
        assertThat(tokenizer.decode(all)).isNotEmpty();
    }

    @Test
    void anIdOutOfTheVocabularyIsRefusedByName() {
        assertThat(tokenizer.knows(ModelTokenizer.VOCABULARY_SIZE)).isFalse();
        assertThatThrownBy(() -> tokenizer.decode(100_256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Token id 100256 is out of vocabulary; ids go from 0 to 100255");
    }
}
