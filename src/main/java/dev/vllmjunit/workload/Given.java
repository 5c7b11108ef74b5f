package dev.vllmjunit.workload;

import java.time.Duration;

/** Checks of what a test author gave: the messages say what was given and what is allowed. */
final class Given {

    private Given() {}

    static int atLeast(String name, int given, int allowed) {
        if (given < allowed) {
            throw new IllegalArgumentException(name + " is " + given + ", but must be " + allowed + " or more");
        }
        return given;
    }

    static double rate(String name, double given) {
        if (!(given > 0) || Double.isInfinite(given)) {
            throw new IllegalArgumentException(
                    name + " is " + given + " requests per second, but must be a finite number above 0");
        }
        return given;
    }

    static double rateOr0(String name, double given) {
        if (!(given >= 0) || Double.isInfinite(given)) {
            throw new IllegalArgumentException(
                    name + " is " + given + " requests per second, but must be a finite number, 0 or more");
        }
        return given;
    }

    static double above0(String name, double given) {
        if (!(given > 0) || Double.isInfinite(given)) {
            throw new IllegalArgumentException(name + " is " + given + ", but must be a finite number above 0");
        }
        return given;
    }

    static Duration above0(String name, Duration given) {
        if (given.isZero() || given.isNegative()) {
            throw new IllegalArgumentException(name + " is " + seconds(given) + " s, but must be longer than 0");
        }
        return given;
    }

    static Duration notNegative(String name, Duration given) {
        if (given.isNegative()) {
            throw new IllegalArgumentException(name + " is " + seconds(given) + " s, but must be 0 or longer");
        }
        return given;
    }

    static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    static void notBlank(String name, String... given) {
        for (int i = 0; i < given.length; i++) {
            if (given[i].isBlank()) {
                throw new IllegalArgumentException(name + " " + (i + 1) + " is blank, but must say something");
            }
        }
    }
}
