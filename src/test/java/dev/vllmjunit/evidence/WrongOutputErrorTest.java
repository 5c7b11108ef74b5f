package dev.vllmjunit.evidence;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.vllmjunit.evidence.OutputDifference.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class WrongOutputErrorTest {

    private static final String MESSAGE =
            "\nExpecting every output to be that of a fresh computation,\nbut it is not for:\n"
                    + "  request r-1 about document 4, its prompt served from S3\n"
                    + "    measured:         \" a x\"\n"
                    + "    sent again:       \" a x\"\n"
                    + "    computed afresh:  \" a b\"\n"
                    + "    first difference: token 1 is \" x\" (logprob -0.9000) instead of \" b\" (logprob -0.6000) (text)\n"
                    + "  measured under: ";

    @Test
    void showsBothTextsTheTokenAndTheSource() {
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(with(Kind.TEXT)::requireValid)
                .withMessage(MESSAGE + Results.cold().build().conditions().describe());
    }

    @Test
    void everyAssertionOnSuchAResultFailsAndSoDoesAComparisonWithIt() {
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(
                        () -> assertThat(with(Kind.LOGPROBS)).computedTokens().isEqualTo(0L));
        assertThatExceptionOfType(WrongOutputError.class)
                .isThrownBy(() -> assertThat(Results.warm().build())
                        .timeToFirstToken()
                        .mean()
                        .isFasterThan(with(Kind.TEXT)));
    }

    @Test
    void aTieIsNoFailure() {
        assertThatNoException().isThrownBy(with(Kind.TIE)::requireValid);
    }

    private static BenchmarkResult with(Kind kind) {
        BenchmarkResult right = Results.cold().build();
        return new BenchmarkResult(
                right.conditions(),
                right.duration(),
                right.requests(),
                right.hops(),
                right.tokens(),
                right.transfers(),
                right.metrics(),
                right.problems(),
                List.of(new OutputDifference("r-1", 4, "S3", kind, 1, " b", -0.6, " x", -0.9, " a x", " a x", " a b")),
                List.of(),
                List.of(),
                1);
    }
}
