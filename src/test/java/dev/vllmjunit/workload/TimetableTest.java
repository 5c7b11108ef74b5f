package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimetableTest {

    private static final LongDocumentQa WORKLOAD =
            longDocumentQa().documents(2).documentLength(64).repeat(2).order(RepeatMode.TILE);

    @Test
    void showsTotalsAndTheFirstRequests() {
        assertThat(plan(WORKLOAD.requestRate(4).forcedMisses(1, 1)).timetable(2))
                .isEqualTo(
                        """
                2 documents x 64 tokens, 2 rounds, tile, 1 of 2 forced to miss
                4 requests to /v1/completions about 2 documents, 256 prompt tokens, 80 output tokens; constant rate, 4.0 requests/s
                +-----------+---------+----------+------------+-------------+---------------+---------------+
                | starts at | request | document | occurrence | forced miss | prompt tokens | output tokens |
                +-----------+---------+----------+------------+-------------+---------------+---------------+
                |   0.000 s |       0 |        0 |          0 |             |            64 |            20 |
                |   0.250 s |       1 |        1 |          0 |         yes |            64 |            20 |
                +-----------+---------+----------+------------+-------------+---------------+---------------+
                and 2 more""");
    }

    @Test
    void showsNoStartsInAClosedLoop() {
        assertThat(plan(WORKLOAD.concurrency(3)).timetable(9))
                .startsWith(
                        """
                        2 documents x 64 tokens, 2 rounds, tile
                        4 requests to /v1/completions about 2 documents, 256 prompt tokens, 80 output tokens; closed loop, 3 at a time
                        """)
                .doesNotContain("starts at")
                .doesNotContain("more");
    }

    @Test
    void showsTotalsAlone() {
        assertThat(plan(WORKLOAD.poissonRate(2)).timetable(0))
                .endsWith("Poisson arrivals, 2.0 requests/s on average, seed 0\nand 4 more");
    }

    private static Schedule plan(LongDocumentQa workload) {
        return workload.plan("model", Tokenizers::real);
    }
}
