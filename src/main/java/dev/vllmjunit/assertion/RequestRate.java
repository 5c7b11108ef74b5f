package dev.vllmjunit.assertion;

/**
 * Requests per second.
 *
 * @param requestsPerSecond 0 or more
 */
public record RequestRate(double requestsPerSecond) {

    /** Checks the range. */
    public RequestRate {
        if (!(requestsPerSecond >= 0)) {
            throw new IllegalArgumentException("a rate is " + requestsPerSecond + " requests/s; it must be 0 or more");
        }
    }
}
