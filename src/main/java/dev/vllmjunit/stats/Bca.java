package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.Quantile;
import org.apache.commons.statistics.descriptive.Quantile.EstimationMethod;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The bias-corrected and accelerated bootstrap interval (Efron and Tibshirani 1993, section 14.3) of a statistic that is a
 * smooth function of totals over independent units, corrected for few units in two ways that {@code CoverageIT} measures. The
 * percentiles are expanded by Student's t and by the bootstrap's too small standard error (Hesterberg 2015, section 5.4).
 * And since resamples never leave the range of the units, with fewer than ten of them the interval is widened to hold Student's.
 *
 * @param strata groups of units, each resampled from itself
 * @param statistic of the totals of all strata, one after the other
 */
record Bca(List<Stratum> strata, ToDoubleFunction<double[]> statistic) {

    private static final int RESAMPLES = 2_000;
    private static final int FEW = 10;
    private static final double ROUNDING = 1e-9;
    private static final long SEED = 0x5DEECE66DL;
    private static final NormalDistribution NORMAL = NormalDistribution.of(0, 1);
    private static final Quantile QUANTILE =
            Quantile.withDefaults().with(EstimationMethod.HF6).withCopy(false);

    /** Empty if a stratum has a single unit: nothing then tells how much units differ. */
    Optional<Interval> interval(double confidence) {
        return interval(confidence, RESAMPLES);
    }

    /** The same of another number of resamples. */
    Optional<Interval> interval(double confidence, int resamples) {
        Probability.require("confidence", confidence);
        if (strata.stream().anyMatch(stratum -> stratum.size() < 2)) {
            return Optional.empty();
        }
        double[] totals = totals();
        return Optional.of(interval(
                statistic.applyAsDouble(totals), Jackknife.of(strata, totals, statistic), confidence, resamples));
    }

    private Interval interval(double observed, Jackknife jackknife, double confidence, int resamples) {
        double t = TDistribution.of(jackknife.freedom()).inverseSurvivalProbability((1 - confidence) / 2);
        double[] replicates = replicates(resamples);
        double bias = bias(replicates, observed, ROUNDING * jackknife.error());
        double reach = t * jackknife.widening();
        double low = at(replicates, bias, -reach, jackknife.acceleration());
        double high = at(replicates, bias, reach, jackknife.acceleration());
        double margin = jackknife.freedom() + 1 < FEW ? t * jackknife.error() : 0;
        return new Interval(Math.min(low, observed - margin), Math.max(high, observed + margin), confidence);
    }

    /** The statistic of what was observed. */
    double observed() {
        return statistic.applyAsDouble(totals());
    }

    private double[] totals() {
        double[] totals = new double[width()];
        int offset = 0;
        for (Stratum stratum : strata) {
            stratum.addAll(totals, offset);
            offset += stratum.width();
        }
        return totals;
    }

    private double[] replicates(int resamples) {
        SplittableRandom random = new SplittableRandom(SEED);
        double[] replicates = new double[resamples];
        Arrays.setAll(replicates, i -> replicate(random));
        Arrays.sort(replicates);
        return replicates;
    }

    private double replicate(SplittableRandom random) {
        double[] totals = new double[width()];
        int offset = 0;
        for (Stratum stratum : strata) {
            stratum.addResample(totals, offset, random);
            offset += stratum.width();
        }
        return statistic.applyAsDouble(totals);
    }

    private int width() {
        return strata.stream().mapToInt(Stratum::width).sum();
    }

    /**
     * How far the statistic lies from the median of its replicates, in standard deviations. Replicates like it count half, also
     * those that only rounding tells from it.
     */
    private static double bias(double[] replicates, double observed, double rounding) {
        double below = Arrays.stream(replicates)
                .map(replicate -> Math.abs(replicate - observed) <= rounding ? 0.5 : replicate < observed ? 1 : 0)
                .sum();
        return NORMAL.inverseCumulativeProbability(below / replicates.length);
    }

    private static double at(double[] replicates, double bias, double z, double acceleration) {
        double moved = bias + z;
        double stretch = 1 - acceleration * moved;
        double level = stretch > 0 ? NORMAL.cumulativeProbability(bias + moved / stretch) : z < 0 ? 0 : 1;
        return QUANTILE.evaluate(replicates, level);
    }
}
