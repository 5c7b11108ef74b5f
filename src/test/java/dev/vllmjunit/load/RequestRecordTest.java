package dev.vllmjunit.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestRecordTest {

    /** To be sent at 100, sent 30 late, tokens at 250, 260 and 290, over at 310. */
    private final RequestRecord late = request(new long[] {250, 260, 290});

    @Test
    void latenciesCountFromTheIntendedStart() {
        assertThat(late.timeToFirstTokenNanos()).isEqualTo(150);
        assertThat(late.endToEndNanos()).isEqualTo(210);
    }

    @Test
    void timePerOutputTokenIsTheTimeAfterTheFirstTokenSharedByAllOthers() {
        assertThat(late.timePerOutputTokenNanos()).isEqualTo(30);
        assertThat(request(new long[] {250}).timePerOutputTokenNanos()).isZero();
    }

    @Test
    void interTokenLatenciesAreTheGapsBetweenEvents() {
        assertThat(late.interTokenNanos()).containsExactly(10L, 30L);
        assertThat(request(new long[] {250}).interTokenNanos()).isEmpty();
    }

    private static RequestRecord request(long[] tokens) {
        return new RequestRecord(
                0, 0, "a", 100, 130, tokens, 310, tokens.length, 10, "", Optional.of("length"), Optional.empty());
    }
}
