package dev.vllmjunit.assertion;

/**
 * Output tokens per second of a run.
 *
 * @param tokensPerSecond 0 or more
 */
public record Rate(double tokensPerSecond) {

    /** Checks the range. */
    public Rate {
        if (!(tokensPerSecond >= 0)) {
            throw new IllegalArgumentException("a rate is " + tokensPerSecond + " tokens/s; it must be 0 or more");
        }
    }
}
