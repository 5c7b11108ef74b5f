package dev.vllmjunit.workload;

/** When requests are sent. */
public sealed interface Arrivals {

    /** In words, for tables and reports. */
    String describe();

    /**
     * A new request whenever one of {@code concurrency} slots is free.
     *
     * @param concurrency 1 or more
     */
    record ClosedLoop(int concurrency) implements Arrivals {

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
}
