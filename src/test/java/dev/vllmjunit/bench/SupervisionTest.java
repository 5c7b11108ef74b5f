package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SupervisionTest {

    private final Watched stack = new Watched();
    private final Supervision supervision = new Supervision(stack);

    @Test
    void aWholeStacksWorkIsLeftAlone() {
        assertThat(supervision.during(() -> "done", result -> false)).isEqualTo("done");
        assertThatIllegalStateException()
                .isThrownBy(() -> supervision.during(SupervisionTest::fails, result -> false))
                .withMessage("of its own");
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void whatWaitsForALostPartIsInterrupted() {
        lost(() -> supervision.during(
                () -> {
                    stack.outage = "decode-0 ended with status 137";
                    return waits();
                },
                result -> false));
        assertThat(Thread.interrupted()).as("only the wait was meant").isFalse();
    }

    @Test
    void aPartThatIsLostIsTheReasonOfAFailureThatWasSeenBefore() {
        lost(() -> supervision.during(
                () -> {
                    endsInAMoment();
                    return fails();
                },
                result -> false));
    }

    @Test
    void aPartThatIsLostIsTheReasonOfAResultThatLooksLikeIt() {
        lost(() -> supervision.during(
                () -> {
                    endsInAMoment();
                    return "with failed requests";
                },
                result -> true));
    }

    @Test
    void nothingBeginsOnALostStack() {
        stack.outage = "decode-0 ended with status 137";

        lost(() -> supervision.during(SupervisionTest::fails, result -> false));
    }

    private static void lost(Runnable work) {
        assertThatExceptionOfType(InvalidRunException.class)
                .isThrownBy(work::run)
                .satisfies(invalid -> assertThat(invalid.reason()).isEqualTo(InvalidReason.STACK_LOST))
                .withMessage("INVALID (STACK_LOST): decode-0 ended with status 137");
    }

    private void endsInAMoment() {
        Thread ending = new Thread(() -> stack.outage = "decode-0 ended with status 137");
        ending.start();
    }

    private static String fails() {
        throw new IllegalStateException("of its own");
    }

    private static String waits() {
        try {
            return new CountDownLatch(1).await(20, TimeUnit.SECONDS) ? "" : "nobody interrupted";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    private static final class Watched extends NoNodes {

        private volatile @Nullable String outage;

        @Override
        public Duration outageDelay() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Optional<String> outage() {
            return Optional.ofNullable(outage);
        }
    }
}
