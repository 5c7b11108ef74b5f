package dev.vllmjunit.preflight;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * How far a clock is from this machine's. Signatures of S3 hold for 15 minutes; logs of several hosts are read side by side.
 *
 * @param place whose clock
 * @param clock theirs
 * @param here ours
 */
record ClockCheck(String place, Clock clock, Supplier<Instant> here) implements Check {

    private static final Duration NOTABLE = Duration.ofSeconds(1);
    private static final Duration SIGNATURE = Duration.ofMinutes(15);

    @Override
    public CheckId id() {
        return CheckId.CLOCK;
    }

    @Override
    public String where() {
        return place;
    }

    @Override
    public Finding examine() {
        Instant asked = here.get();
        Clock.Reading there = clock.read();
        Duration halfTrip = Duration.between(asked, here.get()).dividedBy(2);
        Duration offset = Duration.between(asked.plus(halfTrip), there.time());
        return judged(offset, halfTrip.plus(there.coarse()));
    }

    private static Finding judged(Duration offset, Duration uncertainty) {
        String found = String.format(
                Locale.ROOT,
                "%.3f s %s this machine, ± %.3f s",
                seconds(offset.abs()),
                offset.isNegative() ? "behind" : "ahead of",
                seconds(uncertainty));
        Duration surely = offset.abs().minus(uncertainty);
        if (surely.compareTo(SIGNATURE) > 0) {
            return Finding.failed(
                    found, "set the clocks by NTP (chronyc tracking): S3 refuses signatures from 15 min away");
        }
        return surely.compareTo(NOTABLE) > 0
                ? Finding.warning(found, "set the clocks by NTP (chronyc tracking): times in logs do not compare")
                : Finding.ok(found);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
