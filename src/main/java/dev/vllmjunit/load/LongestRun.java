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
        int requests = schedule.requests().size();
        if (schedule.arrivals() instanceof Arrivals.ClosedLoop closed) {
            return Math.ceil((double) requests / closed.concurrency()) + 1;
        }
        return schedule.arrivals() instanceof Arrivals.Conversations conversations
                ? Math.ceil((double) requests / conversations.concurrency()) + turns(schedule) + 1
                : 2;
    }

    /** A request and what is waited for before the next. */
    static double roundMillis(Schedule schedule, Duration timeout) {
        return schedule.arrivals() instanceof Arrivals.Conversations conversations
                ? (double) timeout.plus(conversations.thinkTime()).toMillis()
                : timeout.toMillis();
    }

    private static int turns(Schedule schedule) {
        return schedule.requests().stream()
                        .mapToInt(PlannedRequest::occurrence)
                        .max()
                        .orElse(0)
                + 1;
    }
}
