package dev.vllmjunit.agreement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.agreement.Documents.Case;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    private static final int CHUNK = 256;
    private static final int BUDGET = 2_048;
    private static final int TOKEN_BYTES = 4_096;
    private static final Calibration CALIBRATION = new Calibration(CHUNK, BUDGET, TOKEN_BYTES);
    private static final MeasuredCost TRUTH = new MeasuredCost(
            "nowhere",
            0.005,
            new Step(0.020, 1e-4, 3e-8),
            new Line(0.004, 1e-6),
            new Line(0.001, 2e-10),
            new Line(0.010, 1e-9),
            new Line(0.020, 3e-9),
            new Line(0, 1e-8));

    @Test
    void findsTheTimesThatAStackIsMadeOf() {
        assertAlike(CALIBRATION.fit("nowhere", stack(0, 0).values()), TRUTH);
    }

    @Test
    void whatTheEmbeddedStackNeedsItselfIsNotCountedTwice() {
        double own = 0.003;
        Map<Case, Timing> embedded = stack(own, own);

        assertAlike(
                CALIBRATION.fit("nowhere", CALIBRATION.lessOwn(stack(own, own), embedded, TRUTH)), TRUTH);
    }

    private static void assertAlike(MeasuredCost found, MeasuredCost truth) {
        assertThat(found.request()).isCloseTo(truth.request(), within(1e-6));
        for (int tokens : List.of(300, 1_500, 2_040)) {
            assertThat(found.prefillStep().seconds(tokens, 512))
                    .isCloseTo(truth.prefillStep().seconds(tokens, 512), within(1e-6));
            double bytes = (double) tokens * TOKEN_BYTES;
            assertThat(found.decodeStep().seconds(tokens))
                    .isCloseTo(truth.decodeStep().seconds(tokens), within(1e-6));
            assertThat(found.transfer().seconds(bytes))
                    .isCloseTo(truth.transfer().seconds(bytes), within(1e-6));
            assertThat(found.hostLoad().seconds(bytes))
                    .isCloseTo(truth.hostLoad().seconds(bytes), within(1e-6));
            assertThat(found.objectLoad().seconds(bytes))
                    .isCloseTo(truth.objectLoad().seconds(bytes), within(1e-6));
            assertThat(found.objectStore().seconds(bytes))
                    .isCloseTo(truth.objectStore().seconds(bytes), within(1e-6));
        }
    }

    /** A stack that takes the true times and so much more for each hop. */
    private static Map<Case, Timing> stack(double ownPrefill, double ownDecode) {
        Map<Case, Timing> timings = new TreeMap<>();
        for (State state : State.values()) {
            for (int tokens : List.of(500, 1_000, 2_000, 3_000, 4_000)) {
                double prefill = TRUTH.request() + ownPrefill + untilComputed(state, tokens);
                double transfer = TRUTH.transfer().seconds((double) tokens * TOKEN_BYTES);
                double perToken = TRUTH.decodeStep().seconds(tokens);
                double decode = TRUTH.request() + ownDecode + transfer + perToken;
                double store = TRUTH.objectStore().seconds((double) loaded(tokens) * TOKEN_BYTES);
                timings.put(
                        new Case(state, tokens),
                        new Timing(state, tokens, prefill + decode, prefill, decode, perToken, transfer, store));
            }
        }
        return timings;
    }

    private static double untilComputed(State state, int tokens) {
        Step step = TRUTH.prefillStep();
        double bytes = (double) loaded(tokens) * TOKEN_BYTES;
        double rest = step.seconds(tokens - loaded(tokens), loaded(tokens));
        return switch (state) {
            case COLD ->
                tokens <= BUDGET
                        ? step.seconds(tokens, 0)
                        : step.seconds(BUDGET, 0) + step.seconds(tokens - BUDGET, BUDGET);
            case HOST -> TRUTH.hostLoad().seconds(bytes) + rest;
            case S3 -> TRUTH.objectLoad().seconds(bytes) + rest;
        };
    }

    private static int loaded(int tokens) {
        return tokens / CHUNK * CHUNK;
    }
}
