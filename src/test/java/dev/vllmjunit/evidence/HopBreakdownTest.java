package dev.vllmjunit.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HopBreakdownTest {

    @Test
    void partsSumToTheTimeToFirstToken() {
        RequestRecord request = request(100, 103, 250);

        HopBreakdown breakdown =
                HopBreakdown.of(request, timeline(110, 120, 190, 195, 240)).orElseThrow();

        assertThat(breakdown.nanos())
                .containsExactly(
                        entry(Hop.DRIVER, 3L),
                        entry(Hop.TO_ROUTER, 7L),
                        entry(Hop.BEFORE_PREFILL, 10L),
                        entry(Hop.PREFILL, 70L),
                        entry(Hop.BEFORE_DECODE, 5L),
                        entry(Hop.DECODE, 45L),
                        entry(Hop.TO_CLIENT, 10L));
        assertThat(breakdown.total()).isEqualTo(request.timeToFirstTokenNanos());
    }

    @Test
    void aRequestWithoutPrefillSpendsNoTimeThereAndStillSumsUp() {
        HopBreakdown breakdown = HopBreakdown.of(request(100, 100, 250), timeline(110, 0, 0, 130, 240))
                .orElseThrow();

        assertThat(breakdown.of(Hop.PREFILL)).isZero();
        assertThat(breakdown.of(Hop.BEFORE_DECODE)).isEqualTo(20);
        assertThat(breakdown.total()).isEqualTo(150);
    }

    @Test
    void aRequestWithoutAFirstTokenHasNoBreakdown() {
        assertThat(HopBreakdown.of(request(100, 100), timeline(110, 120, 190, 195, 240)))
                .isEmpty();
        assertThat(HopBreakdown.of(request(100, 100, 250), timeline(110, 120, 190, 195, 0)))
                .isEmpty();
    }

    @Test
    void meansSumToTheMeanTimeToFirstToken() {
        List<HopBreakdown> both = List.of(
                HopBreakdown.of(request(0, 1, 100), timeline(2, 4, 50, 60, 90)).orElseThrow(),
                HopBreakdown.of(request(0, 3, 301), timeline(6, 8, 250, 260, 290))
                        .orElseThrow());

        assertThat(HopBreakdown.mean(both)).containsEntry(Hop.PREFILL, 144.0);
        assertThat(HopBreakdown.mean(both).values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum())
                .isEqualTo(200.5);
        assertThat(HopBreakdown.mean(List.of())).isEmpty();
    }

    private static RequestRecord request(long intended, long sent, long... tokens) {
        return new RequestRecord(
                0, 0, "a", intended, sent, tokens, 400, tokens.length, 10, "", Optional.of("length"), Optional.empty());
    }

    private static HopTimeline timeline(
            long received, long prefillSent, long answered, long decodeSent, long firstToken) {
        return new HopTimeline(
                "a", "prefill-0", "decode-0", received, prefillSent, answered, decodeSent, firstToken, 390, 0, 10);
    }
}
