package dev.vllmjunit.workload;

/** When requests are sent. */
public sealed interface Arrivals {

    /**
     * A new request whenever one of {@code concurrency} slots is free.
     *
     * @param concurrency 1 or more
     */
    record ClosedLoop(int concurrency) implements Arrivals {}

    /**
     * Requests at a constant rate, whether or not earlier ones were answered.
     *
     * @param requestsPerSecond above 0
     */
    record ConstantRate(double requestsPerSecond) implements Arrivals {}

    /**
     * A Poisson process: exponentially distributed gaps.
     *
     * @param requestsPerSecond mean rate, above 0
     * @param seed of the gaps
     */
    record Poisson(double requestsPerSecond, long seed) implements Arrivals {}
}
