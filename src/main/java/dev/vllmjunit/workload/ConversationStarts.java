package dev.vllmjunit.workload;

import java.time.Duration;

/** When conversations begin. */
sealed interface ConversationStarts {

    /**
     * The arrivals of their turns.
     *
     * @param turns of each conversation, 1 or more
     * @param thinkTime 0 or more
     * @param seed of random starts
     */
    Arrivals arrivals(int turns, Duration thinkTime, long seed);

    /** Whenever one of so many slots is free. */
    record Slots(int concurrency) implements ConversationStarts {

        @Override
        public Arrivals arrivals(int turns, Duration thinkTime, long seed) {
            return new Arrivals.Conversations(concurrency, thinkTime);
        }
    }

    /** At a constant rate of requests, all turns counted. */
    record Constant(double requestsPerSecond) implements ConversationStarts {

        @Override
        public Arrivals arrivals(int turns, Duration thinkTime, long seed) {
            return new Arrivals.OpenConversations(new Arrivals.ConstantRate(requestsPerSecond / turns), thinkTime);
        }
    }

    /** In a Poisson process with this mean rate of requests, all turns counted. */
    record Random(double requestsPerSecond) implements ConversationStarts {

        @Override
        public Arrivals arrivals(int turns, Duration thinkTime, long seed) {
            return new Arrivals.OpenConversations(new Arrivals.Poisson(requestsPerSecond / turns, seed), thinkTime);
        }
    }
}
