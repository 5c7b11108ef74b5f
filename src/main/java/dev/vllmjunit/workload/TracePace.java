package dev.vllmjunit.workload;

import java.util.List;

/** How fast a trace is replayed. */
sealed interface TracePace {

    /** In words, for the schedule's name; empty when it is as recorded. */
    String describe();

    /** How many times faster than these requests came. */
    double factor(List<TraceEntry> recorded);

    /**
     * So many times faster than recorded.
     *
     * @param factor above 0
     */
    record SpeedUp(double factor) implements TracePace {

        @Override
        public String describe() {
            return factor == 1 ? "" : factor + " times as fast";
        }

        @Override
        public double factor(List<TraceEntry> recorded) {
            return factor;
        }
    }

    /**
     * So that so many requests a second come on average, from the first to the last.
     *
     * @param requestsPerSecond above 0
     */
    record Rate(double requestsPerSecond) implements TracePace {

        @Override
        public String describe() {
            return requestsPerSecond + " requests/s on average";
        }

        @Override
        public double factor(List<TraceEntry> recorded) {
            double first = recorded.get(0).milliseconds();
            double last = recorded.get(recorded.size() - 1).milliseconds();
            if (last == first) {
                throw new IllegalArgumentException(
                        "requestRate needs a trace whose first and last request are apart, but "
                                + (recorded.size() == 1
                                        ? "there is 1 request"
                                        : "all " + recorded.size() + " come at once")
                                + "; replay more of it");
            }
            return requestsPerSecond * (last - first) / 1e3 / (recorded.size() - 1);
        }
    }
}
