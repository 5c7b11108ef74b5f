package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.stats.Interval;

/**
 * What a ratio of runs that were not repeated is worth. The requests of one run tell how much requests differ, not how much runs do:
 * of 200 comparisons of a stack with itself, paired by document, 46 claimed a difference at a level of 5 %. So the interval of such a
 * ratio is wider by as much as runs are taken to differ; with repetitions enough, that is measured instead.
 */
final class SingleRuns {

    /** A judgement, not a law: runs on a shared machine with nothing else to do were seen to differ by up to 7 %. */
    private static final double DIFFERENCE = 0.1;

    private SingleRuns() {}

    /** The ratio with its interval widened, unless both results have repetitions enough. */
    static Figure widened(Figure ratio, BenchmarkResult above, BenchmarkResult below, double confidence) {
        if (PerRun.repeated(above) && PerRun.repeated(below)) {
            return ratio;
        }
        Interval wide = new Interval(ratio.low() / (1 + DIFFERENCE), ratio.high() * (1 + DIFFERENCE), confidence);
        return ratio.known(new Spread(wide, 1, Spread.REPETITIONS, method(ratio)));
    }

    private static String method(Figure ratio) {
        String within = ratio.spread().map(known -> known.method() + "; ").orElse("");
        return within + "10 % wider either way, since single runs do not tell how much runs differ";
    }
}
