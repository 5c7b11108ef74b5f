package dev.vllmjunit.bench;

import java.time.Duration;

/**
 * How long a run waits for what.
 *
 * @param request longest a single request may take
 * @param control longest a control call (metrics, tokenize, reset) may take
 * @param reset how long a refused reset of a prefix cache is tried again
 * @param settle how long writes to the object store may take after the request that caused them
 */
public record RunLimits(Duration request, Duration control, Duration reset, Duration settle) {

    /** 5 minutes a request, 30 s a control call and a reset, 2 minutes for the object store to settle. */
    public static RunLimits standard() {
        return new RunLimits(
                Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMinutes(2));
    }
}
