package dev.vllmjunit.report;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them, the same in every place: three significant digits, units written out, a dash for none. */
final class Numbers {

    static final String NONE = "–";

    private static final String[] BYTE_UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private Numbers() {}

    static String millis(@Nullable Double millis) {
        return millis == null ? NONE : significant(millis) + " ms";
    }

    static String seconds(double seconds) {
        return significant(seconds) + " s";
    }

    static String tokens(long tokens) {
        return String.format(Locale.ROOT, "%,d", tokens);
    }

    static String rate(double tokensPerSecond) {
        return significant(tokensPerSecond) + " tokens/s";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", share * 100);
    }

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (Math.abs(value) >= 1000 && unit < BYTE_UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return significant(value) + " " + BYTE_UNITS[unit];
    }

    /** How many times {@code value} fits into {@code base}, or the other way round. */
    static String times(double base, double value, String more, String less) {
        double ratio = base / value;
        return ratio >= 1
                ? String.format(Locale.ROOT, "%.1f × %s", ratio, more)
                : String.format(Locale.ROOT, "%.1f × %s", 1 / ratio, less);
    }

    static String significant(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
