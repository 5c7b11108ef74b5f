package dev.vllmjunit.preflight;

import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.http.ControlClient;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;

/** A clock elsewhere. */
interface Clock {

    /** A header of HTTP has whole seconds: it was sent half a second after them, give or take as much. */
    Duration HALF_SECOND = Duration.ofMillis(500);

    /**
     * What it shows.
     *
     * @param time there
     * @param coarse how far the time may be off on its own
     */
    record Reading(Instant time, Duration coarse) {}

    /** Asks it. */
    Reading read();

    /** A host's. */
    static Clock of(Host host) {
        return () -> {
            String said = host.run("date +%s.%N").text().strip();
            if (!said.matches("\\d+\\.\\d+")) {
                throw new CannotCheckException("date said: " + said);
            }
            BigDecimal seconds = new BigDecimal(said);
            return new Reading(
                    Instant.ofEpochSecond(0, seconds.movePointRight(9).longValue()), Duration.ZERO);
        };
    }

    /** A server's, from the {@code Date} header of any answer (RFC 9110, 6.6.1). */
    static Clock of(ControlClient control, URI url) {
        return () -> {
            try {
                return new Reading(control.date(url).plus(HALF_SECOND), HALF_SECOND);
            } catch (ControlCallException e) {
                throw new CannotCheckException(String.valueOf(e.getMessage()));
            }
        };
    }
}
