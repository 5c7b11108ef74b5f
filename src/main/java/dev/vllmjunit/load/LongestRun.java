package dev.vllmjunit.load;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;

/** How long a run takes if every request times out: rounds of requests that wait for one another. */
final class LongestRun {

    private LongestRun() {}

    /** How often in a row a request can be waited for after the last intended start. */
    static double rounds(Schedule schedule) {
        if (schedule.arrivals() instanceof Arrivals.OpenConversations) {
            return 1.0 + turns(schedule);
        }
        if (!(schedule.arrivals() instanceof Arrivals.InSlots slots)) {
            return 2;
        }
        double rounds = Math.ceil((double) schedule.requests().size() / slots.concurrency()) + 1;
        return slots instanceof Arrivals.Turns ? rounds + turns(schedule) : rounds;
    }

    /** A request and what is waited for before the next. */
    static double roundMillis(Schedule schedule, Duration timeout) {
        Duration between = schedule.arrivals() instanceof Arrivals.Turns turns ? turns.thinkTime() : Duration.ZERO;
        return timeout.plus(between).toMillis();
    }

    private static int turns(Schedule schedule) {
        return schedule.requests().stream()
                        .mapToInt(PlannedRequest::occurrence)
                        .max()
                        .orElse(0)
                + 1;
    }
}
