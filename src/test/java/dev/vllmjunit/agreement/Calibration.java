package dev.vllmjunit.agreement;

import dev.vllmjunit.agreement.Documents.Case;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fits times to measurements of a real stack, one request at a time:
 *
 * <ul>
 *   <li>decode step: a further output token;
 *   <li>transfer: what the decode node counts;
 *   <li>request, prefill steps and loads, together: the decode hop less both above is a request's share; the rest of the time to first
 *       token is a request's share, the steps that compute what is not cached, and the load of what is;
 *   <li>stores: from prefill's answer until every chunk is in the bucket, which is as often as it is looked at.
 * </ul>
 *
 * <p>Driver, router, and an embedded node's HTTP, JSON and look-ups take real time in the embedded stack, too, and must not count twice:
 * {@link #lessOwn} takes away what the embedded stack was seen to need beyond its modelled times, at the lengths of the calibration.
 *
 * @param chunk tokens of a chunk
 * @param budget tokens of a step
 * @param tokenBytes KV bytes of a token
 */
record Calibration(int chunk, int budget, long tokenBytes) {

    MeasuredCost fit(String measured, Collection<Timing> medians) {
        Line decodeStep = decodeStep(medians);
        Line transfer = transfer(medians);
        LeastSquares rest = new LeastSquares();
        for (Timing timing : medians) {
            double explained = decodeStep.seconds(timing.tokens()) + transfer.seconds(bytes(timing.tokens()));
            rest.addPart(timing.decode() - explained, timing.decode(), 1, 0, 0, 0, 0, 0, 0, 0);
            rest.add(timing.prefill(), prefillTerms(timing));
        }
        double[] fitted = rest.fit();
        return new MeasuredCost(
                measured,
                fitted[0],
                new Step(fitted[1], fitted[2], fitted[3]),
                decodeStep,
                transfer,
                new Line(fitted[4], fitted[5]),
                new Line(fitted[6], fitted[7]),
                store(medians));
    }

    /** A request, its steps, tokens and pairs; a load from host memory and its bytes; one from S3 and its bytes. */
    private double[] prefillTerms(Timing timing) {
        int tokens = timing.tokens();
        int loaded = loaded(tokens);
        double pairs = Step.pairs(tokens - loaded, loaded);
        return switch (timing.state()) {
            case COLD -> new double[] {1, steps(tokens), tokens, Step.pairs(tokens, 0), 0, 0, 0, 0};
            case HOST -> new double[] {1, 1, tokens - loaded, pairs, 1, bytes(loaded), 0, 0};
            case S3 -> new double[] {1, 1, tokens - loaded, pairs, 0, 0, 1, bytes(loaded)};
        };
    }

    private static Line decodeStep(Collection<Timing> medians) {
        LeastSquares squares = new LeastSquares();
        medians.forEach(timing -> squares.add(timing.perToken(), 1, timing.tokens()));
        return line(squares);
    }

    private Line transfer(Collection<Timing> medians) {
        LeastSquares squares = new LeastSquares();
        medians.forEach(timing -> squares.add(timing.transfer(), 1, bytes(timing.tokens())));
        return line(squares);
    }

    private static Line line(LeastSquares squares) {
        double[] fitted = squares.fit();
        return new Line(fitted[0], fitted[1]);
    }

    private Line store(Collection<Timing> medians) {
        LeastSquares squares = new LeastSquares();
        medians.stream()
                .filter(timing -> timing.state() == State.COLD)
                .forEach(timing -> squares.add(timing.store(), bytes(loaded(timing.tokens()))));
        return new Line(0, squares.fit()[0]);
    }

    /** The real stack's times less what the embedded one needs beyond its modelled times. */
    Collection<Timing> lessOwn(Map<Case, Timing> real, Map<Case, Timing> embedded, MeasuredCost modelled) {
        Map<Case, Timing> less = new TreeMap<>();
        real.forEach((key, timing) -> {
            Timing own = embedded.getOrDefault(key, timing);
            less.put(
                    key,
                    timing.less(
                            own.prefill() - prefill(modelled, key.state(), key.tokens()),
                            own.decode() - decode(modelled, key.tokens())));
        });
        return less.values();
    }

    private double prefill(MeasuredCost cost, State state, int tokens) {
        return switch (state) {
            case COLD -> cost.request() + chunked(cost.prefillStep(), tokens);
            case HOST ->
                cost.request() + cost.hostLoad().seconds(bytes(loaded(tokens))) + rest(cost.prefillStep(), tokens);
            case S3 ->
                cost.request() + cost.objectLoad().seconds(bytes(loaded(tokens))) + rest(cost.prefillStep(), tokens);
        };
    }

    private double decode(MeasuredCost cost, int tokens) {
        return cost.request()
                + cost.transfer().seconds(bytes(tokens))
                + cost.decodeStep().seconds(tokens);
    }

    private double chunked(Step step, int tokens) {
        double seconds = 0;
        for (int done = 0; done < tokens; done += budget) {
            seconds += step.seconds(Math.min(budget, tokens - done), done);
        }
        return seconds;
    }

    private double rest(Step step, int tokens) {
        return step.seconds(tokens - loaded(tokens), loaded(tokens));
    }

    private int steps(int tokens) {
        return (tokens + budget - 1) / budget;
    }

    private int loaded(int tokens) {
        return tokens / chunk * chunk;
    }

    private double bytes(int tokens) {
        return (double) tokens * tokenBytes;
    }
}
