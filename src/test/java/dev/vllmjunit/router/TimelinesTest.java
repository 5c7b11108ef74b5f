package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelinesTest {

    private static HopTimeline timeline(String id, int tokens) {
        return new HopTimeline(id, "p", "d", 1, 2, 3, 4, 5, 6, 0, tokens);
    }

    @Test
    void dropsTheOldestBeyondItsLimit() {
        List<HopTimeline> observed = new ArrayList<>();
        Timelines timelines = new Timelines(2, observed::add);
        timelines.add(timeline("a", 1));
        timelines.add(timeline("b", 1));
        timelines.add(timeline("c", 1));

        assertThat(timelines.take()).containsOnlyKeys("b", "c");
        assertThat(timelines.take()).isEmpty();
        assertThat(observed).hasSize(3);
    }

    @Test
    void keepsTheLastOfTwoWithOneId() {
        Timelines timelines = new Timelines(2, timeline -> {});
        timelines.add(timeline("a", 1));
        timelines.add(timeline("b", 1));
        timelines.add(timeline("a", 2));

        assertThat(timelines.take().values()).containsExactly(timeline("b", 1), timeline("a", 2));
    }
}
