package dev.vllmjunit.workload;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;

/** When requests are sent. */
public sealed interface Arrivals {

    /** In words, for tables and reports. */
    String describe();

    /** Whether every request has its intended start before the first is sent, whatever becomes of earlier ones. */
    default boolean openLoop() {
        return true;
    }

    /** What is sent waits for a free slot, so that nobody knows its start beforehand. */
    sealed interface InSlots extends Arrivals {

        /** Slots, 1 or more. */
        int concurrency();

        @Override
        default boolean openLoop() {
            return false;
        }
    }

    /** A conversation's turns (requests with the same document id) come one after the other. */
    sealed interface Turns extends Arrivals {

        /** From the end of a turn to the intended start of the next, 0 or more. */
        Duration thinkTime();
    }

    /**
     * A new request whenever one of {@code concurrency} slots is free.
     *
     * @param concurrency 1 or more
     */
    record ClosedLoop(int concurrency) implements InSlots {

        /**
         * Checks the concurrency.
         *
         * @throws IllegalArgumentException when it is below 1
         */
        public ClosedLoop {
            Given.atLeast("concurrency", concurrency, 1);
        }

        @Override
        public String describe() {
            return "closed loop, " + concurrency + " at a time";
        }
    }

    /**
     * Requests at a constant rate, whether or not earlier ones were answered.
     *
     * @param requestsPerSecond above 0
     */
    record ConstantRate(double requestsPerSecond) implements Arrivals {

        /**
         * Checks the rate.
         *
         * @throws IllegalArgumentException when it is not a finite number above 0
         */
        public ConstantRate {
            Given.rate("requestRate", requestsPerSecond);
        }

        @Override
        public String describe() {
            return "constant rate, " + requestsPerSecond + " requests/s";
        }
    }

    /**
     * A Poisson process: exponentially distributed gaps, the first of them before the first request.
     *
     * @param requestsPerSecond mean rate, above 0
     * @param seed of the gaps
     */
    record Poisson(double requestsPerSecond, long seed) implements Arrivals {

        /**
         * Checks the rate.
         *
         * @throws IllegalArgumentException when it is not a finite number above 0
         */
        public Poisson {
            Given.rate("poissonRate", requestsPerSecond);
        }

        @Override
        public String describe() {
            return "Poisson arrivals, " + requestsPerSecond + " requests/s on average, seed " + seed;
        }
    }

    /**
     * Gaps of a gamma distribution with mean {@code 1 / requestsPerSecond} and shape {@code burstiness}, as {@code vllm bench serve
     * --burstiness} has them; the first gap is before the first request.
     *
     * @param requestsPerSecond mean rate, above 0
     * @param burstiness above 0: 1 is Poisson, less comes in bursts, more is steadier
     * @param seed of the gaps
     */
    record Gamma(double requestsPerSecond, double burstiness, long seed) implements Arrivals {

        /**
         * Checks the rate and the shape.
         *
         * @throws IllegalArgumentException when one of them is not a finite number above 0
         */
        public Gamma {
            Given.rate("poissonRate", requestsPerSecond);
            Given.above0("burstiness", burstiness);
        }

        @Override
        public String describe() {
            return "gamma arrivals, " + requestsPerSecond + " requests/s on average, burstiness " + burstiness
                    + ", seed " + seed;
        }
    }

    /**
     * A rate that changes in a straight line over time, and then stays.
     *
     * @param from requests per second at the start, 0 or more
     * @param to requests per second after {@code duration}, and from then on, above 0
     * @param duration above 0
     */
    record Ramp(double from, double to, Duration duration) implements Arrivals {

        /**
         * Checks the rates and the duration.
         *
         * @throws IllegalArgumentException when one of them is not allowed
         */
        public Ramp {
            Given.rateOr0("ramp's first rate", from);
            Given.rate("ramp's last rate", to);
            Given.above0("ramp's duration", duration);
        }

        /** Where the integral of the rate is the number of requests before this one. */
        double startSeconds(int request) {
            double seconds = Given.seconds(duration);
            double inTheRamp = (from + to) / 2 * seconds;
            if (request >= inTheRamp) {
                return seconds + (request - inTheRamp) / to;
            }
            double slope = (to - from) / seconds;
            return request == 0 ? 0 : 2 * request / (from + Math.sqrt(from * from + 2 * slope * request));
        }

        @Override
        public String describe() {
            return "ramp from " + from + " to " + to + " requests/s in " + Given.seconds(duration) + " s";
        }
    }

    /**
     * So many requests at once, again and again.
     *
     * @param size requests in a burst, 1 or more
     * @param every from the start of one burst to that of the next, above 0
     */
    record Burst(int size, Duration every) implements Arrivals {

        /**
         * Checks size and period.
         *
         * @throws IllegalArgumentException when one of them is not allowed
         */
        public Burst {
            Given.atLeast("burst's size", size, 1);
            Given.above0("burst's period", every);
        }

        @Override
        public String describe() {
            return "bursts of " + size + " every " + Given.seconds(every) + " s";
        }
    }

    /**
     * The times of a recorded trace.
     *
     * @param speedUp how many times faster than they were recorded, above 0
     */
    record Recorded(double speedUp) implements Arrivals {

        private static final MathContext FOUR_DIGITS = new MathContext(4);

        /**
         * Checks the factor.
         *
         * @throws IllegalArgumentException when it is not a finite number above 0
         */
        public Recorded {
            Given.above0("speedUp", speedUp);
        }

        @Override
        public String describe() {
            return "at the recorded times"
                    + (speedUp == 1
                            ? ""
                            : ", " + new BigDecimal(speedUp, FOUR_DIGITS).doubleValue() + " times as fast");
        }
    }

    /**
     * The turns of a conversation (requests with the same document id) one after the other, a think time after the one before has
     * ended; a new conversation whenever one of {@code concurrency} slots is free.
     *
     * @param concurrency conversations at a time, 1 or more
     * @param thinkTime from the end of a turn to the intended start of the next, 0 or more
     */
    record Conversations(int concurrency, Duration thinkTime) implements InSlots, Turns {

        /**
         * Checks concurrency and think time.
         *
         * @throws IllegalArgumentException when one of them is not allowed
         */
        public Conversations {
            Given.atLeast("concurrency", concurrency, 1);
            Given.notNegative("thinkTime", thinkTime);
        }

        @Override
        public String describe() {
            return concurrency + (concurrency == 1 ? " conversation" : " conversations") + " at a time, "
                    + Given.seconds(thinkTime) + " s between turns";
        }
    }

    /**
     * The turns of a conversation (requests with the same document id) one after the other, a think time after the one before has
     * ended; first turns at times of their own, however many conversations are under way.
     *
     * @param first when the first turns come
     * @param thinkTime from the end of a turn to the intended start of the next, 0 or more
     */
    record OpenConversations(Arrivals first, Duration thinkTime) implements Turns {

        /**
         * Checks first turns and think time.
         *
         * @throws IllegalArgumentException when first turns wait for something, or the think time is negative
         */
        public OpenConversations {
            if (!first.openLoop()) {
                throw new IllegalArgumentException("first turns come as a " + first.describe()
                        + ", but must come at times that are known beforehand");
            }
            Given.notNegative("thinkTime", thinkTime);
        }

        /** Later turns wait for earlier ones. */
        @Override
        public boolean openLoop() {
            return false;
        }

        @Override
        public String describe() {
            return "first turns: " + first.describe() + "; " + Given.seconds(thinkTime) + " s between turns";
        }
    }
}
