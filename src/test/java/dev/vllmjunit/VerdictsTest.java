package dev.vllmjunit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.assertion.Verdict;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.report.TestVerdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.MultipleFailuresError;

class VerdictsTest {

    private static final InvalidRunException OPEN = new InvalidRunException(InvalidReason.INCONCLUSIVE, "left open");

    @Test
    void anAssertionsErrorIsAFail() {
        assertThat(verdict(new AssertionError("too slow")))
                .isEqualTo(new TestVerdict("A.a", Verdict.FAIL, null, "too slow", 2));
    }

    @Test
    void anInvalidRunIsInvalidForItsReason() {
        assertThat(verdict(OPEN))
                .isEqualTo(new TestVerdict(
                        "A.a", Verdict.INVALID, InvalidReason.INCONCLUSIVE, "INVALID (INCONCLUSIVE): left open", 2));
    }

    @Test
    void anyOtherExceptionIsABrokenTest() {
        assertThat(verdict(new IllegalStateException("nothing ran yet")))
                .isEqualTo(new TestVerdict(
                        "A.a",
                        Verdict.INVALID,
                        InvalidReason.TEST_BROKEN,
                        "java.lang.IllegalStateException: nothing ran yet",
                        2));
        assertThat(verdict(new NullPointerException()).message()).isEqualTo("java.lang.NullPointerException");
    }

    @Test
    void oneFailAmongSeveralMakesAFail() {
        MultipleFailuresError several = new MultipleFailuresError("2 of them", List.of(OPEN, new AssertionError("no")));

        assertThat(verdict(several).verdict()).isEqualTo(Verdict.FAIL);
        assertThat(verdict(new MultipleFailuresError("outer", List.of(OPEN, several)))
                        .verdict())
                .isEqualTo(Verdict.FAIL);
        assertThat(Verdicts.decisive(several)).isSameAs(several);
    }

    @Test
    void severalWithoutAFailAreTheFirstInvalidWithTheOthersBesideIt() {
        IllegalStateException broken = new IllegalStateException("broken");
        InvalidRunException late = new InvalidRunException(InvalidReason.CLIENT_TOO_SLOW, "late");

        Throwable decisive = Verdicts.decisive(new MultipleFailuresError("3 of them", List.of(broken, late, OPEN)));

        assertThat(decisive).isSameAs(late).hasSuppressedException(broken).hasSuppressedException(OPEN);
        assertThat(Verdicts.decisive(new MultipleFailuresError("1 of them", List.of(broken))))
                .isSameAs(broken);
    }

    @Test
    void failuresThatNobodyNamedAreAFail() {
        assertThat(verdict(new MultipleFailuresError("none", List.of())).verdict())
                .isEqualTo(Verdict.FAIL);
    }

    private static TestVerdict verdict(Throwable thrown) {
        return Verdicts.of("A.a", thrown, 2);
    }
}
