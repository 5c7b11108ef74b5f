package dev.vllmjunit.report;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.Hop;
import java.awt.Color;

/**
 * Colours that keep their meaning in every chart. Cache states have them from the palette of Okabe and Ito, hops from Paul
 * Tol's muted one, which people with any colour vision deficiency can tell apart (https://jfly.uni-koeln.de/color/,
 * https://sronpersonalpages.nl/~pault/).
 */
final class Palette {

    static final Color INK = new Color(0x1F2328);
    static final Color PALE_INK = new Color(0x57606A);
    static final Color GRID = new Color(0xD8DEE4);

    /** Of a figure over time: its level, and where that changed. */
    static final Color LEVEL = new Color(0x0072B2);

    static final Color WORSE = new Color(0xD55E00);
    static final Color BETTER = new Color(0x009E73);

    private static final Color BLUE = new Color(0x0072B2);
    private static final Color ORANGE = new Color(0xE69F00);
    private static final Color GREEN = new Color(0x009E73);
    private static final Color PURPLE = new Color(0xCC79A7);

    private static final Color GREY = new Color(0xBBBBBB);
    private static final Color SAND = new Color(0xDDCC77);
    private static final Color CYAN = new Color(0x88CCEE);
    private static final Color INDIGO = new Color(0x332288);
    private static final Color WINE = new Color(0x882255);
    private static final Color ROSE = new Color(0xCC6677);
    private static final Color OLIVE = new Color(0x999933);

    private Palette() {}

    static Color of(CacheState state) {
        return switch (state) {
            case EMPTY -> BLUE;
            case S3_ONLY -> ORANGE;
            case S3_AFTER_RESTART -> PURPLE;
            case WARM -> GREEN;
        };
    }

    static Color of(Hop hop) {
        return switch (hop) {
            case DRIVER -> GREY;
            case TO_ROUTER -> SAND;
            case BEFORE_PREFILL -> CYAN;
            case PREFILL -> INDIGO;
            case BEFORE_DECODE -> WINE;
            case DECODE -> ROSE;
            case TO_CLIENT -> OLIVE;
        };
    }

    /** The same hue, lighter with every step, for a second run in the same state. */
    static Color lighter(Color color, int steps) {
        double keep = Math.pow(0.6, steps);
        return new Color(mix(color.getRed(), keep), mix(color.getGreen(), keep), mix(color.getBlue(), keep));
    }

    private static int mix(int channel, double keep) {
        return (int) Math.round(255 - (255 - channel) * keep);
    }
}
