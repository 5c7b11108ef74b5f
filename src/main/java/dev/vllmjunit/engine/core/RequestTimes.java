package dev.vllmjunit.engine.core;

/** When what happened to a request, in {@link System#nanoTime()}; 0 for what has not happened. */
final class RequestTimes {

    private final long arrival;
    private long scheduled;
    private long firstToken;
    private long lastToken;

    RequestTimes(long arrivalNanos) {
        this.arrival = arrivalNanos;
    }

    /** First scheduled to be computed; later times, after a preemption, do not count. */
    void scheduled(long now) {
        scheduled = scheduled == 0 ? now : scheduled;
    }

    void token(long now) {
        firstToken = firstToken == 0 ? now : firstToken;
        lastToken = now;
    }

    long arrival() {
        return arrival;
    }

    boolean hasToken() {
        return lastToken != 0;
    }

    long lastToken() {
        return lastToken;
    }

    /** From arrival to being scheduled. */
    long queueNanos() {
        return scheduled - arrival;
    }

    /** From being scheduled to the first token. */
    long prefillNanos() {
        return firstToken - scheduled;
    }

    /** From the first token to the last. */
    long decodeNanos() {
        return lastToken - firstToken;
    }
}
