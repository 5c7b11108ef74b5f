package dev.vllmjunit.engine.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.ModelSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RooflineTest {

    private static final ModelSpec LLAMA =
            new ModelSpec("meta-llama/Llama-3.1-70B", 70_553_706_496L, 80, 8_192, 8, 128, 2, 131_072);
    private static final ModelSpec TINY = new ModelSpec("tiny", 5_000_000, 4, 256, 2, 64, 4, 65_536);
    private static final CostModel MI300X = Roofline.of(Accelerator.ROCM, 8, LLAMA);

    @Test
    void prefillOfTheGuidesDocumentTakesTwoSecondsAtMost() {
        assertThat(seconds(MI300X.prefillNanos(20_000, 0))).isBetween(1.5, 2.0);
    }

    @Test
    void chunksOfAPromptCostTheWholePlusOneOverheadEach() {
        long whole = MI300X.prefillNanos(16_384, 0);
        long chunks = MI300X.prefillNanos(8_192, 0) + MI300X.prefillNanos(8_192, 8_192);

        assertThat(chunks - whole).isCloseTo(2_000_000, within(10L));
    }

    @Test
    void prefillOfOneTokenStillReadsTheWeights() {
        double weights = 141.1e9 / (8 * 5.3e12 * 0.6);

        assertThat(seconds(MI300X.prefillNanos(1, 0))).isGreaterThan(weights).isLessThan(weights + 0.004);
    }

    @Test
    void decodeStepReadsWeightsAndKvCache() {
        double floor = (141.1e9 + 20_000 * 327_680.0) / (8 * 3.7e12);

        assertThat(seconds(Roofline.of(Accelerator.GAUDI, 8, LLAMA).decodeStepNanos(1, 20_000)))
                .isGreaterThan(floor)
                .isLessThan(2.5 * floor);
    }

    @Test
    void decodeStepsOfManySequencesBecomeComputeBound() {
        double perSequence = 2 * 70.55e9 / (8 * 1_307e12 * 0.2097);

        assertThat(seconds(MI300X.decodeStepNanos(2_000, 0))).isGreaterThan(2_000 * perSequence);
    }

    @Test
    void transferTakesTheLineRateOfOnePortAtEightyPercent() {
        assertThat(MI300X.transferNanos(40_000_000_000L)).isEqualTo(1_001_000_000L);
    }

    @Test
    void writingIsBoundByTheObjectStore() {
        double raw = 22e9 / 22e9;

        assertThat(seconds(MI300X.objectStoreNanos(22_000_000_000L)))
                .isGreaterThan(raw)
                .isLessThan(2.5);
    }

    @Test
    void objectStoreIsSlowerThanHostMemory() {
        assertThat(MI300X.objectLoadNanos(1L << 30)).isGreaterThan(MI300X.hostLoadNanos(1L << 30));
    }

    @Test
    void cpuTakesAboutAsLongAsTheRealStackDid() {
        CostModel cpu = Roofline.of(Accelerator.CPU, 1, TINY);

        assertThat(seconds(cpu.prefillNanos(20_000, 0))).isCloseTo(12.5, within(1.0));
        assertThat(seconds(cpu.prefillNanos(8_000, 0))).isBetween(2.4, 3.7);
        assertThat(seconds(cpu.transferNanos(33_030_144))).isCloseTo(0.016, within(0.003));
        assertThat(seconds(cpu.objectLoadNanos(31L << 20))).isCloseTo(0.1055, within(0.02));
    }

    @ParameterizedTest
    @EnumSource
    void everyTimeGrowsWithItsWork(Accelerator accelerator) {
        CostModel cost = Roofline.of(accelerator, 2, LLAMA);

        assertThat(cost.prefillNanos(2_000, 0)).isLessThan(cost.prefillNanos(2_000, 10_000));
        assertThat(cost.prefillNanos(2_000, 0)).isLessThan(cost.prefillNanos(4_000, 0));
        assertThat(cost.decodeStepNanos(1, 1_000)).isLessThan(cost.decodeStepNanos(1, 100_000));
        assertThat(cost.transferNanos(1_000_000)).isLessThan(cost.transferNanos(2_000_000));
        assertThat(cost.hostLoadNanos(1_000_000)).isLessThan(cost.hostLoadNanos(2_000_000));
        assertThat(cost.objectLoadNanos(1_000_000)).isLessThan(cost.objectLoadNanos(2_000_000));
        assertThat(cost.objectStoreNanos(1_000_000)).isLessThan(cost.objectStoreNanos(2_000_000));
    }

    @Test
    void nothingToDoTakesNoTime() {
        assertThat(MI300X.prefillNanos(0, 500)).isZero();
        assertThat(MI300X.decodeStepNanos(0, 0)).isZero();
        assertThat(MI300X.transferNanos(0)).isZero();
        assertThat(MI300X.hostLoadNanos(0)).isZero();
        assertThat(MI300X.objectLoadNanos(0)).isZero();
    }

    @Test
    void rejectsWorkThatIsNotThere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MI300X.prefillNanos(-1, 0))
                .withMessage("newTokens is -1; it must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Roofline.of(Accelerator.ROCM, 0, LLAMA))
                .withMessage("tensorParallelism is 0; it must be 1 or more");
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
