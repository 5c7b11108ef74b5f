package dev.vllmjunit.agreement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/**
 * Coefficients of a sum of terms with the least sum of squared <em>relative</em> errors, none of them below 0: a term whose coefficient would
 * be is left out, for a time that shrinks as work grows is noise.
 */
final class LeastSquares {

    private final List<double[]> terms = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    /** A measured value and the terms that explain it; one that is not above 0 says nothing. */
    LeastSquares add(double value, double... explaining) {
        if (value > 0) {
            terms.add(explaining);
            values.add(value);
        }
        return this;
    }

    /** A coefficient for each term; 0 for one that is left out, and for all where nothing was added. */
    double[] fit(int termCount) {
        double[] coefficients = new double[termCount];
        List<Integer> used = IntStream.range(0, termCount).boxed().collect(Collectors.toCollection(ArrayList::new));
        while (!used.isEmpty() && !values.isEmpty()) {
            double[] fitted = solve(used);
            int worst = worst(used, fitted);
            if (fitted[worst] >= 0) {
                IntStream.range(0, fitted.length).forEach(i -> coefficients[used.get(i)] = fitted[i]);
                return coefficients;
            }
            used.remove(worst);
        }
        return coefficients;
    }

    private double[] solve(List<Integer> used) {
        OLSMultipleLinearRegression regression = new OLSMultipleLinearRegression();
        regression.setNoIntercept(true);
        double[] ones = new double[values.size()];
        Arrays.fill(ones, 1);
        double[][] scaled = IntStream.range(0, values.size())
                .mapToObj(row -> used.stream()
                        .mapToDouble(term -> terms.get(row)[term] / values.get(row))
                        .toArray())
                .toArray(double[][]::new);
        regression.newSampleData(ones, scaled);
        return regression.estimateRegressionParameters();
    }

    /** The one that takes most away from the greatest value. */
    private int worst(List<Integer> used, double[] fitted) {
        double[] greatest = terms.stream()
                .max(Comparator.comparingDouble(row -> Arrays.stream(row).sum()))
                .orElseThrow();
        return IntStream.range(0, fitted.length)
                .boxed()
                .min(Comparator.comparingDouble(i -> fitted[i] * greatest[used.get(i)]))
                .orElseThrow();
    }
}
