package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Slo;

/** Assertions of the rate of requests that met an SLO. */
public final class GoodputAssert extends FigureAssert<GoodputAssert, RequestRate> {

    GoodputAssert(BenchmarkResultAssert result, Slo slo) {
        super(result, run -> figure(run, slo), GoodputAssert.class, RequestRate.class);
    }

    private static Figure figure(BenchmarkResult run, Slo slo) {
        String basis = slo.met(run) + " of " + run.requests().size() + " requests";
        return Figure.of("goodput with " + slo.describe(), slo.goodput(run), Unit.REQUEST_RATE, basis);
    }

    @Override
    double value(RequestRate bound) {
        return bound.requestsPerSecond();
    }
}
