package dev.vllmjunit.bench;

import java.time.Duration;

/**
 * How long a run waits for what, and how much it checks.
 *
 * @param request longest a single request may take
 * @param control longest a control call (metrics, tokenize, reset) may take
 * @param reset how long a refused reset of a prefix cache is tried again
 * @param settle how long writes to the object store may take after the request that caused them
 * @param integritySamples documents of each run whose outputs are compared with a fresh computation; 0 for none
 */
public record RunLimits(Duration request, Duration control, Duration reset, Duration settle, int integritySamples) {

    /** Two samples; 5 minutes a request, 30 s a control call and a reset, 2 minutes for the object store to settle. */
    public static RunLimits standard() {
        return new RunLimits(
                Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMinutes(2), 2);
    }
}
