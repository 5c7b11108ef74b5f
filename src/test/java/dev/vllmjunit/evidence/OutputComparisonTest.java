package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.evidence.OutputComparison.Found;
import dev.vllmjunit.evidence.OutputDifference.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputComparisonTest {

    private static final Generation FRESH = generation(List.of(" a", " b", " c"), -0.5, -0.6, -0.7);

    private final OutputComparison float32 = new OutputComparison(4);

    @Test
    void equalOutputsAgreeAlsoWithRoundedLogprobs() {
        assertThat(float32.compare(" a b c", generation(List.of(" a", " b", " c"), -0.5009, -0.6, -0.6991), FRESH))
                .isEmpty();
    }

    @Test
    void aMeasuredTextMayBeLongerOrShorterThanWhatIsCompared() {
        assertThat(float32.compare(" a b c d e", FRESH, FRESH)).isEmpty();
        assertThat(float32.compare(" a", FRESH, FRESH)).isEmpty();
        assertThat(float32.compare(" a b\uFFFD", FRESH, FRESH)).isEmpty();
    }

    @Test
    void anotherTokenIsADifferenceOfText() {
        Generation again = generation(List.of(" a", " x", " y"), -0.5, -0.9, -0.1);

        assertThat(float32.compare(" a x y", again, FRESH)).contains(new Found(Kind.TEXT, 1, " x", -0.9));
    }

    @Test
    void equalTokensWithOtherProbabilitiesAreADifference() {
        Generation again = generation(List.of(" a", " b", " c"), -0.5, -0.6011, -0.7);

        assertThat(float32.compare(" a b c", again, FRESH)).contains(new Found(Kind.LOGPROBS, 1, " b", -0.6011));
        assertThat(new OutputComparison(2).compare(" a b c", again, FRESH)).isEmpty();
    }

    @Test
    void aTokenThatWasAsLikelyIsATie() {
        Generation fresh = withAlternative(1, " x", -0.6009);
        Generation again = generation(List.of(" a", " x", " y"), -0.5, -0.6, -0.1);

        assertThat(float32.compare(" a x y", again, fresh)).contains(new Found(Kind.TIE, 1, " x", -0.6));
    }

    @Test
    void aTokenThatWasLessLikelyIsNoTie() {
        Generation fresh = withAlternative(1, " x", -0.6011);
        Generation again = generation(List.of(" a", " x", " y"), -0.5, -0.6, -0.1);

        assertThat(float32.compare(" a x y", again, fresh)).contains(new Found(Kind.TEXT, 1, " x", -0.6));
    }

    @Test
    void aTieBehindOtherProbabilitiesIsNoTie() {
        Generation fresh = withAlternative(1, " x", -0.6);
        Generation again = generation(List.of(" a", " x", " y"), -0.6, -0.6, -0.1);

        assertThat(float32.compare(" a x y", again, fresh)).contains(new Found(Kind.TEXT, 1, " x", -0.6));
    }

    @Test
    void aMeasuredTextThatWasWrongIsFoundThoughTheSamePromptIsAnsweredRightNow() {
        assertThat(float32.compare(" a x y", FRESH, FRESH)).contains(new Found(Kind.TEXT, 1, " x y", null));
    }

    @Test
    void aMeasuredTextMayHaveTakenTheOtherSideOfATie() {
        assertThat(float32.compare(" a x y", FRESH, withAlternative(1, " x", -0.6001)))
                .contains(new Found(Kind.TIE, 1, " x y", null));
    }

    @Test
    void anOutputThatEndsEarlyIsADifference() {
        assertThat(float32.compare(" a b", generation(List.of(" a", " b"), -0.5, -0.6), FRESH))
                .contains(new Found(Kind.TEXT, 2, "", null));
    }

    private static Generation withAlternative(int token, String text, double logprob) {
        List<Map<String, Double>> alternatives = new ArrayList<>(FRESH.alternatives());
        alternatives.set(token, Map.of(text, logprob));
        return new Generation(FRESH.text(), FRESH.tokens(), FRESH.logprobs(), alternatives, FRESH.pieces());
    }

    private static Generation generation(List<String> tokens, double... logprobs) {
        List<Double> values = new ArrayList<>();
        for (double logprob : logprobs) {
            values.add(logprob);
        }
        return new Generation(
                String.join("", tokens), tokens, values, Collections.nCopies(tokens.size(), Map.of()), tokens);
    }
}
