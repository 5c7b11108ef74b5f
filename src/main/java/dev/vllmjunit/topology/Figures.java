package dev.vllmjunit.topology;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Figures as sentences write them: three digits that count, and a prefix of the SI. */
public final class Figures {

    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);

    private Figures() {}

    /** With the prefix of the SI that leaves at least one digit before the point, for instance {@code 6.55 GB}. */
    public static String si(double value, String unit) {
        int prefix = prefix(value);
        return digits(value / Math.pow(1000, prefix)) + " " + PREFIXES[prefix] + unit;
    }

    /** For instance {@code 65.5–131 GB/s}, with one prefix for both. */
    static String si(double from, double to, String unit) {
        double scale = Math.pow(1000, prefix(from));
        return digits(from / scale) + "–" + digits(to / scale) + " " + PREFIXES[prefix(from)] + unit;
    }

    /** For instance {@code 20,000}. */
    static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    /** Milliseconds below a second, else seconds. */
    public static String seconds(double seconds) {
        return seconds < 1 ? digits(seconds * 1000) + " ms" : digits(seconds) + " s";
    }

    /** Three digits that count, more only before the point and then in groups of three; no zeros at the end. */
    public static String digits(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3));
        return rounded.abs().compareTo(THOUSAND) >= 0
                ? whole(value)
                : rounded.stripTrailingZeros().toPlainString();
    }

    private static int prefix(double value) {
        int prefix = 0;
        while (prefix < PREFIXES.length - 1 && value >= Math.pow(1000, prefix + 1)) {
            prefix++;
        }
        return prefix;
    }
}
