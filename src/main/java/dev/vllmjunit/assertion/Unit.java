package dev.vllmjunit.assertion;

import java.math.BigDecimal;
import java.math.RoundingMode;
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

    /** Three significant digits, more before the decimal point where there are more, without trailing zeros after it. */
    static String digits(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        int decimals = Math.max(0, 2 - (int) Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))));
        BigDecimal rounded = BigDecimal.valueOf(value)
                .setScale(decimals, RoundingMode.HALF_UP)
                .stripTrailingZeros();
        return String.format(Locale.ROOT, "%,." + Math.max(0, rounded.scale()) + "f", rounded);
    }
}
