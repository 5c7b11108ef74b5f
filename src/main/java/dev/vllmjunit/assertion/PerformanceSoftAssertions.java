package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.InvalidRunException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractSoftAssertions;
import org.assertj.core.api.StandardSoftAssertionsProvider;
import org.opentest4j.MultipleFailuresError;

/** AssertJ's soft assertions, and those of a benchmark result. Works with AssertJ's {@code @InjectSoftAssertions}, too. */
public final class PerformanceSoftAssertions extends AbstractSoftAssertions
        implements StandardSoftAssertionsProvider, PerformanceSoftAssertionsProvider {

    /**
     * Runs the assertions and fails with all that did not hold.
     *
     * @throws InvalidRunException if one of them cannot be judged; the rest is then not looked at
     * @throws MultipleFailuresError if one of them cannot be judged after others did not hold: with all of these
     */
    public static void assertSoftly(Consumer<PerformanceSoftAssertions> softly) {
        PerformanceSoftAssertions assertions = new PerformanceSoftAssertions();
        try {
            softly.accept(assertions);
        } catch (InvalidRunException e) {
            assertions.failWithAll(e);
            throw e;
        }
        assertions.assertAll();
    }

    private void failWithAll(InvalidRunException invalid) {
        if (!errorsCollected().isEmpty()) {
            List<Throwable> all = new ArrayList<>(errorsCollected());
            all.add(invalid);
            throw new MultipleFailuresError("", all);
        }
    }
}
