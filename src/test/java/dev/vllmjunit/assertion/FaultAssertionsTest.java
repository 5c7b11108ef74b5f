package dev.vllmjunit.assertion;

import static dev.vllmjunit.assertion.PerformanceAssertions.assertThat;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.FaultyRuns;
import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.evidence.Results;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Requests take a second each, one after the other; the link is cut after 2.5 s and healed after 5.5 s, and numbers 3 to 7 fail. */
class FaultAssertionsTest {

    private static final String CUT = "HTTP 504 (hop prefill)";
    private static final String ON_PURPOSE = "S3 link cut after 2.5 s; S3 link healed after 5.5 s";
    private static final BenchmarkResult RUN =
            FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(3, 7, CUT).build();
    private static final BenchmarkResult UNENDED =
            FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(3, 19, CUT).build();

    @Test
    void errorRatePasses() {
        assertThat(RUN).errorRate().isEqualTo(withPercentage(25)).isBetween(withPercentage(11), withPercentage(47));
    }

    @Test
    void errorRateFails() {
        fails(
                () -> assertThat(RUN).errorRate().isLessThan(withPercentage(10)),
                """

                Expecting share of failed requests:
                  25 %
                to be less than:
                  10 %
                but it is 15 percentage points more
                  95 % interval: 11.2 % to 46.9 %, Wilson's score interval
                  samples: 5 of 20 requests failed""");
    }

    @Test
    void errorRateIsOpenWithinItsInterval() {
        isInvalid(
                () -> assertThat(RUN).errorRate().isLessThan(withPercentage(30)),
                "INVALID (INCONCLUSIVE): share of failed requests was asked to be less than 30 %; it is 25 %, and its 95 %"
                        + " interval leaves it open; about 363 more requests, or repetitions, would probably decide\n"
                        + "  95 % interval: 11.2 % to 46.9 %, Wilson's score interval\n"
                        + "  samples: 5 of 20 requests failed");
    }

    @Test
    void recoveryTimePasses() {
        assertThat(RUN).recoveryTime().isEqualTo(ofSeconds(3).plusMillis(500)).isLessThan(ofSeconds(4));
    }

    @Test
    void recoveryTimeFails() {
        fails(
                () -> assertThat(RUN).recoveryTime().isLessThan(ofSeconds(3)),
                """

                Expecting recovery time:
                  3.5 s (modelled)
                to be less than:
                  3 s
                but it is 500 ms more
                  samples: S3 link cut after 2.5 s; S3 link healed after 5.5 s""");
    }

    @Test
    void aRecoveryThatDidNotEndFailsOnceItHasTakenLonger() {
        fails(
                () -> assertThat(UNENDED).recoveryTime().isLessThan(ofSeconds(3)),
                """

                Expecting recovery time:
                  14.5 s (modelled)
                to be less than:
                  3 s
                but it is 11.5 s more
                  95 % interval: 14.5 s to Infinity s (modelled), the run ended before 5 requests in a row were answered after the last failure
                  samples: S3 link cut after 2.5 s; S3 link healed after 5.5 s""");
    }

    @Test
    void aRecoveryThatDidNotEndIsInvalidUntilThen() {
        isInvalid(
                () -> assertThat(UNENDED).recoveryTime().isLessThan(ofSeconds(15)),
                "INVALID (INCONCLUSIVE): recovery time was asked to be less than 15 s; it is 14.5 s (modelled), and its 95 %"
                        + " interval has no end; send requests for longer\n"
                        + "  95 % interval: 14.5 s to Infinity s (modelled), the run ended before 5 requests in a row were"
                        + " answered after the last failure\n  samples: " + ON_PURPOSE);
    }

    @Test
    void recoveryTimeOfARunWithoutMendingIsInvalid() {
        BenchmarkResult run =
                FaultyRuns.of(20).at(2, "decode-0 killed", Effect.LOSS).build();

        isInvalid(
                () -> assertThat(run).recoveryTime().isLessThan(ofSeconds(15)),
                "INVALID (NOT_OBSERVABLE): nothing was mended while requests were under way, so there is no recovery; heal the"
                        + " link, or resume or restart the node, in a step of During, after every harm");
    }

    @Test
    void recoveryTimeOfTwoRepetitionsIsTheirMean() {
        BenchmarkResult slower =
                FaultyRuns.of(20).cutAndHealed(2.5, 5.5).failing(3, 9, CUT).build();

        assertThat(Repetitions.pool(List.of(RUN, slower)))
                .recoveryTime()
                .isEqualTo(ofSeconds(4).plusMillis(500));
        isInvalid(
                () -> assertThat(Repetitions.pool(List.of(RUN, UNENDED)))
                        .recoveryTime()
                        .isLessThan(ofSeconds(60)),
                "INVALID (TOO_FEW_SAMPLES): the run ended before it had recovered: 0 requests were answered after the last"
                        + " failure, 5 or more have to be; send requests for longer");
    }

    @Test
    void hitRateAfterRecoveryPasses() {
        assertThat(RUN).hitRateAfterRecovery().isEqualTo(withPercentage(40));
    }

    @Test
    void hitRateAfterRecoveryFails() {
        fails(
                () -> assertThat(RUN).hitRateAfterRecovery().isAtLeast(withPercentage(50)),
                """

                Expecting cache hit rate of the prefill nodes after the recovery:
                  40 %
                to be at least:
                  50 %
                but it is 10 percentage points less
                  samples: 1,100 prompt tokens of 11 requests""");
    }

    @Test
    void hitRateAfterARecoveryThatDidNotEndIsInvalid() {
        isInvalid(
                () -> assertThat(UNENDED).hitRateAfterRecovery().isAtLeast(withPercentage(50)),
                "INVALID (TOO_FEW_SAMPLES): the run ended before it had recovered: 0 requests were answered after the last"
                        + " failure, 5 or more have to be; send requests for longer");
    }

    @Test
    void hitRatesFromCountersAreInvalidWhereANodeWasKilled() {
        BenchmarkResult run =
                FaultyRuns.of(20).at(2, "prefill-0 killed", Effect.LOSS).build();

        isInvalid(
                () -> assertThat(run).cacheHitRate().isAtLeast(withPercentage(50)),
                "INVALID (NOT_OBSERVABLE): a node's counters do not tell of the whole run, since they ended with it:"
                        + " prefill-0 killed");
    }

    @Test
    void rightOutputsPass() {
        assertThat(RUN).hasNoWrongOutput();
    }

    @Test
    void aWrongOutputFails() {
        OutputDifference difference = new OutputDifference(
                "request-1", 1, "S3", OutputDifference.Kind.TEXT, 0, "a", -0.1, "b", -0.2, "b", "b", "a");
        BenchmarkResult wrong = with(difference);

        fails(
                () -> assertThat(wrong).hasNoWrongOutput(),
                "\nExpecting every output to be that of a fresh computation,\nbut it is not for:\n  "
                        + difference.describe());
    }

    @Test
    void whereNothingWasComparedIsInvalid() {
        isInvalid(
                () -> assertThat(FaultyRuns.of(5).comparing(0).build()).hasNoWrongOutput(),
                "INVALID (NOT_OBSERVABLE): no output was compared with a fresh computation (nobody said why); set"
                        + " vllm.integrity.samples to 1 or more, and let requests be answered");
    }

    @Test
    void requestsThatEndByThemselvesPass() {
        assertThat(RUN).everyRequestEnded().endedWithin(ofSeconds(1));
    }

    @Test
    void aRequestThatTheClientGivesUpFails() {
        BenchmarkResult run = FaultyRuns.of(20)
                .cutAndHealed(2.5, 5.5)
                .failing(3, 3, "timed out after 300 s while waiting for the first token (POST http://r/v1/completions)")
                .build();

        fails(
                () -> assertThat(run).everyRequestEnded(),
                """

                Expecting every request to end by itself, answered or refused by a hop whose deadline is over,
                but 1 of 20 went on until the client gave them up:
                  request-3 after 1 s: timed out after 300 s while waiting for the first token (POST http://r/v1/completions), at prefill-0
                  on purpose: S3 link cut after 2.5 s; S3 link healed after 5.5 s""");
    }

    @Test
    void aRequestThatTakesLongerFails() {
        fails(
                () -> assertThat(FaultyRuns.of(1).build())
                        .endedWithin(ofSeconds(1).minusMillis(1)),
                """

                Expecting every request to end, answered or not, within:
                  999 ms
                but 1 of 1 did not:
                  request-0 after 1 s: answered, in the stream from decode-0""");
    }

    @Test
    void whereNoRequestWasSentNothingIsKnownOfTheirEnds() {
        BenchmarkResult none = FaultyRuns.of(0).build();

        isInvalid(
                () -> assertThat(none).everyRequestEnded(),
                "INVALID (NOT_OBSERVABLE): no request was sent, so none can have ended");
        isInvalid(
                () -> assertThat(none).endedWithin(ofSeconds(1)),
                "INVALID (NOT_OBSERVABLE): no request was sent, so none can have ended");
        isInvalid(
                () -> assertThat(none).errorRate().isEqualTo(withPercentage(0)),
                "INVALID (NOT_OBSERVABLE): no request was sent, so there is no share of failed ones");
    }

    @Test
    void aTimeOfNothingIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(RUN).endedWithin(ofSeconds(0)))
                .withMessage("the longest time is PT0S; give one above 0");
    }

    private static BenchmarkResult with(OutputDifference difference) {
        return new BenchmarkResult(
                RUN.conditions(),
                RUN.duration(),
                RUN.requests(),
                RUN.hops(),
                RUN.tokens(),
                RUN.transfers(),
                RUN.metrics(),
                List.of(),
                List.of(difference),
                List.of(),
                RUN.injections(),
                2);
    }

    private static void fails(ThrowingCallable assertion, String message) {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(assertion)
                .withMessage(message + "\n  measured under: "
                        + Results.cold().build().conditions().describe());
    }

    private static void isInvalid(ThrowingCallable assertion, String message) {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(assertion)
                .withMessage(message + "\n  measured under: "
                        + Results.cold().build().conditions().describe());
    }
}
