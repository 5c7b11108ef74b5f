package dev.vllmjunit.history;

import dev.vllmjunit.topology.Figures;
import java.time.Instant;
import java.util.List;

/**
 * One figure over the history, the present result last. Immutable.
 *
 * @param measure which figure
 * @param points values in order of time, at least one
 * @param steps changes of the level, in order of time; none where the history is too short to tell
 * @param noise standard deviation around the level, as a share of it
 */
public record Trend(Measure measure, List<Point> points, List<Step> steps, double noise) {

    /**
     * One value.
     *
     * @param at when its run started
     * @param value in the measure's unit
     */
    public record Point(Instant at, double value) {}

    /**
     * A change of the level.
     *
     * @param index of the first point after it
     * @param before geometric mean from the change before, or the start, to this one
     * @param after geometric mean from this change to the next, or the end
     */
    public record Step(int index, double before, double after) {}

    /** Copies the lists. */
    public Trend {
        points = List.copyOf(points);
        steps = List.copyOf(steps);
    }

    /** The present result's value. */
    public Point now() {
        return points.get(points.size() - 1);
    }

    /** Steps to a worse level that have not been made good since, in order of time. */
    public List<Step> regressions() {
        return steps.stream()
                .filter(step -> worsens(step.before(), step.after()) && worsens(step.before(), level()))
                .toList();
    }

    /** Steps to a better level, in order of time. */
    public List<Step> improvements() {
        return steps.stream()
                .filter(step -> worsens(step.after(), step.before()))
                .toList();
    }

    /** Whether the step is one to a worse level. */
    public boolean worsens(Step step) {
        return worsens(step.before(), step.after());
    }

    /** The level that the present result is on: a geometric mean. */
    public double level() {
        return geometricMean(presentFrom(), points.size());
    }

    /** The level that the series began on: a geometric mean. */
    public double firstLevel() {
        return steps.isEmpty() ? level() : steps.get(0).before();
    }

    /** Index of the first point on the present level. */
    int presentFrom() {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).index();
    }

    /** For instance {@code 550 ms (before 500 ms, +10 %), noise 2.9 %}. */
    String describe() {
        String before = steps.isEmpty()
                ? ""
                : " (before " + measure.format(firstLevel()) + ", " + change(firstLevel(), level()) + ")";
        return measure.format(level()) + before + ", noise " + Figures.digits(100 * noise) + " %";
    }

    /** The difference as a share of the value before, with its sign: {@code +10 %}. */
    public static String change(double before, double after) {
        double percent = 100 * (after / before - 1);
        return (percent > 0 ? "+" : "") + Figures.digits(percent) + " %";
    }

    private double geometricMean(int from, int to) {
        return Math.exp(points.subList(from, to).stream()
                .mapToDouble(point -> Levels.log(point.value()))
                .average()
                .orElseThrow());
    }

    private boolean worsens(double before, double after) {
        double ratio = measure.lessIsBetter() ? after / before : before / after;
        return ratio > 1 + Levels.SMALLEST;
    }
}
