package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;

/** A statistic of many requests, which tell how well it is known; where there are repetitions enough, these tell it instead. */
record OfRequests(Reading statistic) implements Reading {

    @Override
    public Figure of(BenchmarkResult result, double confidence) {
        return PerRun.repeated(result)
                ? new PerRun(statistic).of(result, confidence)
                : known(statistic.of(result, confidence), result);
    }

    @Override
    public Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        return PerRun.repeated(above) && PerRun.repeated(below)
                ? new PerRun(statistic).ratio(above, below, confidence)
                : known(statistic.ratio(above, below, confidence), above);
    }

    private static Figure known(Figure figure, BenchmarkResult result) {
        if (figure.spread().isEmpty()) {
            throw new InvalidRunException(
                    InvalidReason.TOO_FEW_SAMPLES,
                    figure.name() + " was asked of requests about a single document, which do not tell how well it is"
                            + " known; ask about 2 documents or more, or repeat the run 3 times or more"
                            + Message.measuredUnder(result.conditions()));
        }
        return figure;
    }
}
