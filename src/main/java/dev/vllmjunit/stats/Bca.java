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
 * And since resamples never leave the range of the units, with fewer than ten of them the interval is widened to hold Student's;
 * that of a ratio, whose denominator has a long tail of its own, whatever their number.
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
        return jackknife(confidence).map(jackknife -> {
            Interval interval = percentiles(jackknife, confidence, resamples);
            double margin = jackknife.freedom() + 1 < FEW ? t(jackknife, confidence) * jackknife.error() : 0;
            return holding(interval, observed() - margin, observed() + margin);
        });
    }

    /** Of a statistic that is a positive ratio: holds Student's interval of its logarithm. Empty as {@link #interval(double)}. */
    Optional<Interval> ratioInterval(double confidence) {
        return jackknife(confidence).map(jackknife -> {
            double ratio = observed();
            double margin = Math.exp(t(jackknife, confidence) * jackknife.error() / ratio);
            return holding(percentiles(jackknife, confidence, RESAMPLES), ratio / margin, ratio * margin);
        });
    }

    private Optional<Jackknife> jackknife(double confidence) {
        Probability.require("confidence", confidence);
        return strata.stream().anyMatch(stratum -> stratum.size() < 2)
                ? Optional.empty()
                : Optional.of(Jackknife.of(strata, totals(), statistic));
    }

    private Interval percentiles(Jackknife jackknife, double confidence, int resamples) {
        double[] replicates = replicates(resamples);
        double bias = bias(replicates, observed(), ROUNDING * jackknife.error());
        double reach = t(jackknife, confidence) * jackknife.widening();
        return new Interval(
                at(replicates, bias, -reach, jackknife.acceleration()),
                at(replicates, bias, reach, jackknife.acceleration()),
                confidence);
    }

    private static double t(Jackknife jackknife, double confidence) {
        return TDistribution.of(jackknife.freedom()).inverseSurvivalProbability((1 - confidence) / 2);
    }

    private static Interval holding(Interval interval, double low, double high) {
        return new Interval(Math.min(interval.low(), low), Math.max(interval.high(), high), interval.confidence());
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
