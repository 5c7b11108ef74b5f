package dev.vllmjunit.assertion;

import static dev.vllmjunit.topology.Figures.digits;

import java.util.Locale;

/** What a figure counts, and how it is written. */
enum Unit {
    /** Nanoseconds, written in the unit that fits with three significant digits. */
    TIME(true) {
        @Override
        String format(double nanos) {
            double size = Math.abs(nanos);
            if (size >= 1e9) {
                return digits(nanos / 1e9) + " s";
            }
            return size >= 1e5 || size == 0 ? digits(nanos / 1e6) + " ms" : digits(nanos / 1e3) + " µs";
        }
    },
    /** Output tokens per second. */
    THROUGHPUT(true) {
        @Override
        String format(double value) {
            return digits(value) + " tokens/s";
        }
    },
    /** Requests per second. */
    REQUEST_RATE(true) {
        @Override
        String format(double value) {
            return digits(value) + " requests/s";
        }
    },
    /** Percent. */
    SHARE(false) {
        @Override
        String format(double value) {
            return digits(value) + " %";
        }
    },
    /** Tokens. */
    TOKENS(false) {
        @Override
        String format(double value) {
            return String.format(Locale.ROOT, "%,d tokens", Math.round(value));
        }
    },
    /** Bytes. */
    BYTES(false) {
        @Override
        String format(double value) {
            return String.format(Locale.ROOT, "%,d bytes", Math.round(value));
        }
    },
    /** KV transfers. */
    TRANSFERS(false) {
        @Override
        String format(double value) {
            return String.format(Locale.ROOT, "%,d transfers", Math.round(value));
        }
    };

    private final boolean timed;

    Unit(boolean timed) {
        this.timed = timed;
    }

    abstract String format(double value);

    /** The value, with the word "modelled" beside it where a model of the hardware made it. */
    String format(double value, boolean modelled) {
        return format(value) + (timed && modelled ? " (modelled)" : "");
    }
}
