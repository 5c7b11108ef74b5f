package dev.vllmjunit.engine.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasuredCostTest {

    private static final MeasuredCost COST = new MeasuredCost(
            "a machine",
            0.010,
            new Step(0.002, 1e-4, 1e-8),
            new Line(0.004, 1e-6),
            new Line(0.001, 1e-9),
            new Line(0.020, 2e-9),
            new Line(0.030, 3e-9),
            new Line(0, 4e-9));

    @Test
    void timesAreLinesOfWhatIsMoved() {
        assertThat(COST.requestNanos()).isEqualTo(10_000_000);
        assertThat(COST.decodeStepNanos(1, 1_000)).isEqualTo(5_000_000);
        assertThat(COST.transferNanos(1_000_000)).isEqualTo(2_000_000);
        assertThat(COST.hostLoadNanos(1_000_000)).isEqualTo(22_000_000);
        assertThat(COST.objectLoadNanos(1_000_000)).isEqualTo(33_000_000);
        assertThat(COST.objectStoreNanos(1_000_000)).isEqualTo(4_000_000);
    }

    @Test
    void aStepComputesTokensAndWhatTheyAttendTo() {
        assertThat(COST.prefillNanos(1_000, 0)).isEqualTo(2_000_000 + 100_000_000 + 5_000_000);
        assertThat(COST.prefillNanos(1_000, 2_000)).isEqualTo(2_000_000 + 100_000_000 + 25_000_000);
    }

    @Test
    void nothingTakesNoTime() {
        assertThat(COST.prefillNanos(0, 1_000)).isZero();
        assertThat(COST.decodeStepNanos(0, 0)).isZero();
        assertThat(COST.transferNanos(0)).isZero();
        assertThat(COST.hostLoadNanos(0)).isZero();
        assertThat(COST.objectLoadNanos(0)).isZero();
        assertThat(COST.objectStoreNanos(0)).isZero();
    }

    @Test
    void isReadAsItWasWritten(@TempDir Path directory) {
        Path file = directory.resolve("reports").resolve("calibration.yaml");
        COST.write(file);

        assertThat(MeasuredCost.read(file)).isEqualTo(COST);
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path directory) {
        Path file = directory.resolve("calibration.yaml");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MeasuredCost.read(file))
                .withMessage("the calibration " + file + " cannot be read: java.nio.file.NoSuchFileException: " + file);
    }

    @Test
    void aFileOfSomethingElseIsRefused(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("calibration.yaml"), "measured: here\nrequest: 1\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MeasuredCost.read(file))
                .withMessageStartingWith(file + " is no calibration: ")
                .withMessageContaining("prefillStep");
    }

    @Test
    void timesBelowZeroAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Line(0.1, -1))
                .withMessage("perUnit is -1.0 s; it must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Step(Double.NaN, 0, 0))
                .withMessage("fixed is NaN s; it must be 0 or more");
    }
}
