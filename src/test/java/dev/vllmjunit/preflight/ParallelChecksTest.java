package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ParallelChecksTest {

    private record Stub(String where, Supplier<Finding> finding) implements Check {

        @Override
        public CheckId id() {
            return CheckId.STACK;
        }

        @Override
        public Finding examine() {
            return finding.get();
        }
    }

    @Test
    void runsSideBySideAndKeepsTheOrder() {
        CountDownLatch both = new CountDownLatch(2);
        Supplier<Finding> meeting = () -> {
            both.countDown();
            return await(both);
        };

        PreflightReport report =
                new ParallelChecks(Duration.ofSeconds(20)).run(List.of(new Stub("a", meeting), new Stub("b", meeting)));

        assertThat(report.rows())
                .containsExactly(
                        new Row(CheckId.STACK, "a", Finding.ok("met")), new Row(CheckId.STACK, "b", Finding.ok("met")));
    }

    @Test
    void doesNotWaitForOneThatHangs() {
        CountDownLatch never = new CountDownLatch(1);

        PreflightReport report =
                new ParallelChecks(Duration.ofSeconds(1)).run(List.of(new Stub("a", () -> await(never))));

        assertThat(report.rows())
                .containsExactly(new Row(
                        CheckId.STACK,
                        "a",
                        Finding.notChecked("no answer within 1 s", "look at it by hand, or run the preflight again")));
        assertThat(report.passed()).isTrue();
    }

    @Test
    void whatACheckThrowsIsNotChecked() {
        Supplier<Finding> cannot = () -> {
            throw new CannotCheckException("df said nothing");
        };
        Supplier<Finding> broken = () -> {
            throw new IllegalStateException("a defect");
        };

        assertThat(new ParallelChecks(Duration.ofSeconds(20))
                        .run(List.of(new Stub("a", cannot), new Stub("b", broken)))
                        .rows())
                .extracting(Row::finding)
                .containsExactly(
                        Finding.notChecked("df said nothing", "look at it by hand"),
                        Finding.notChecked("java.lang.IllegalStateException: a defect", "look at it by hand"));
    }

    private static Finding await(CountDownLatch latch) {
        try {
            latch.await();
            return Finding.ok("met");
        } catch (InterruptedException e) {
            return Finding.ok("interrupted");
        }
    }
}
