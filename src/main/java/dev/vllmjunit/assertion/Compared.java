package dev.vllmjunit.assertion;

import dev.vllmjunit.stats.Comparison;
import dev.vllmjunit.topology.Figures;

/** Makes a figure of a comparison. */
final class Compared {

    private Compared() {}

    /**
     * The comparison's ratio and interval.
     *
     * @param quotient the figure without them
     * @param size number of independent observations on the side that has fewer
     * @param noun what these are, in the plural
     */
    static Figure figure(Figure quotient, Comparison comparison, int size, String noun) {
        return new Figure(
                quotient.name(),
                comparison.ratio(),
                quotient.unit(),
                quotient.basis(),
                comparison.interval().map(found -> new Spread(found, size, noun, method(comparison, size, noun))));
    }

    private static String method(Comparison comparison, int size, String noun) {
        String p = probability(comparison.pValue());
        String effect = Figures.digits(comparison.effectSize());
        return switch (comparison.method()) {
            case PAIRED ->
                "paired by " + size + " " + noun + ", bootstrap; Wilcoxon signed-rank " + p
                        + ", rank-biserial correlation " + effect;
            case INDEPENDENT -> "independent " + noun + ", bootstrap; Mann-Whitney " + p + ", Cliff's delta " + effect;
            case REPEATED ->
                "paired by " + size + " " + noun + ", Student's t; its " + p + ", rank-biserial correlation " + effect;
        };
    }

    private static String probability(double p) {
        return p < 0.001 ? "p < 0.001" : "p = " + Figures.digits(p);
    }
}
