package dev.vllmjunit.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Confidence intervals of a mean by resampling: no shape of the distribution is assumed. The same values, in any order, always
 * give the same interval. Stateless, thread-safe.
 *
 * <p>Few units know little of a long tail, and no interval can tell what they have not seen. So often a 95 % interval of n
 * values' mean held the true mean, of 1,000 times:
 *
 * <pre>
 * values                                      n =  10   20   50  100  200
 * normal                                         946  961  941  943  942
 * log-normal, sigma 0.5                          927  944  944  938  952
 * log-normal, sigma 1                            867  910  925  923  944
 * hits and misses, 60 : 40, ten times as long    981  964  953  961  951
 * Pareto, shape 3                                857  904  909  912  938
 * </pre>
 *
 * <p>A power law is worse than the last number says: measured in 2,000 times, 91 % of the Pareto intervals of 300 values held
 * the truth, and 94 % of those of 1,000.
 */
public final class Bootstrap {

    private Bootstrap() {}

    /**
     * The interval of the mean of all values, where values of one cluster depend on each other and clusters don't: clusters are
     * resampled whole.
     *
     * @param clusters each with one finite value or more
     * @param confidence between 0 and 1, both excluded
     * @return empty if there are fewer than two clusters
     * @throws IllegalArgumentException if a cluster has no value, or one that is not finite
     */
    public static Optional<Interval> mean(double[][] clusters, double confidence) {
        Probability.require("confidence", confidence);
        for (double[] cluster : clusters) {
            Values.requireFinite("a cluster", cluster);
        }
        if (clusters.length < 2) {
            return Optional.empty();
        }
        double near = Values.least(clusters);
        double[][] rows = Arrays.stream(clusters)
                .map(values -> Values.total(values, near))
                .toArray(double[][]::new);
        return new Bca(List.of(Stratum.of(rows)), totals -> near + totals[0] / totals[1]).interval(confidence);
    }

    /**
     * The interval of the mean of independent values.
     *
     * @param values each finite
     * @param confidence between 0 and 1, both excluded
     * @return empty if there are fewer than two values
     * @throws IllegalArgumentException if a value is not finite
     */
    public static Optional<Interval> mean(double[] values, double confidence) {
        return mean(
                Arrays.stream(values).mapToObj(value -> new double[] {value}).toArray(double[][]::new), confidence);
    }
}
