package dev.vllmjunit.agreement;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/**
 * Coefficients of a sum of terms with the least sum of squared relative errors, none of them below 0: a term whose coefficient would be is
 * left out, for a time that shrinks as work grows is noise.
 */
final class LeastSquares {

    private final List<double[]> rows = new ArrayList<>();
    private final List<Double> values = new ArrayList<>();

    /** A measured value above 0 and the terms that explain it. */
    LeastSquares add(double value, double... terms) {
        return addPart(value, value, terms);
    }

    /** A part of a measured value above 0, and the terms that explain the part; errors are relative to the whole. */
    LeastSquares addPart(double part, double whole, double... terms) {
        if (!(whole > 0)) {
            throw new IllegalArgumentException("the value is " + whole + "; it must be greater than 0");
        }
        values.add(part / whole);
        rows.add(Arrays.stream(terms).map(term -> term / whole).toArray());
        return this;
    }

    /** A coefficient for each term; 0 for one that is left out. */
    double[] fit() {
        double[] coefficients = new double[rows.get(0).length];
        List<Integer> used =
                new ArrayList<>(IntStream.range(0, coefficients.length).boxed().toList());
        while (!used.isEmpty()) {
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
        regression.newSampleData(
                values.stream().mapToDouble(Double::doubleValue).toArray(),
                rows.stream()
                        .map(row -> used.stream().mapToDouble(term -> row[term]).toArray())
                        .toArray(double[][]::new));
        return regression.estimateRegressionParameters();
    }

    /** The one that takes most away, or else adds least. */
    private int worst(List<Integer> used, double[] fitted) {
        return IntStream.range(0, fitted.length)
                .boxed()
                .min(Comparator.comparingDouble(i -> fitted[i] * greatest(used.get(i))))
                .orElseThrow();
    }

    private double greatest(int term) {
        return rows.stream().mapToDouble(row -> row[term]).max().orElseThrow();
    }
}
