package dev.vllmjunit.agreement;

import dev.vllmjunit.agreement.Documents.Case;
import dev.vllmjunit.engine.cost.MeasuredCost;
import dev.vllmjunit.engine.cost.MeasuredCost.Line;
import dev.vllmjunit.engine.cost.MeasuredCost.Step;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fits times to measurements of a real stack, one request at a time, each from what the ones before do not explain:
 *
 * <ol>
 *   <li>decode step: a further output token;
 *   <li>transfer: what the decode node counts;
 *   <li>request: the decode hop less both;
 *   <li>prefill steps: a cold request's time to first token less the decode hop and the request's share;
 *   <li>loads: the same of a request whose KV cache is in host memory or S3, less the step that computes the rest;
 *   <li>stores: from prefill's answer until every chunk is in the bucket, which is as often as it is looked at.
 * </ol>
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
        double request = request(medians, decodeStep, transfer);
        Step step = prefillStep(medians, request);
        return new MeasuredCost(
                measured,
                request,
                step,
                decodeStep,
                transfer,
                load(medians, State.HOST, request, step),
                load(medians, State.S3, request, step),
                store(medians));
    }

    private static Line line(LeastSquares squares) {
        double[] fitted = squares.fit(2);
        return new Line(fitted[0], fitted[1]);
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

    private double request(Collection<Timing> medians, Line decodeStep, Line transfer) {
        LeastSquares squares = new LeastSquares();
        medians.forEach(timing -> squares.add(
                timing.decode() - decodeStep.seconds(timing.tokens()) - transfer.seconds(bytes(timing.tokens())), 1));
        return squares.fit(1)[0];
    }

    private Step prefillStep(Collection<Timing> medians, double request) {
        LeastSquares squares = new LeastSquares();
        medians.stream()
                .filter(timing -> timing.state() == State.COLD)
                .forEach(timing -> squares.add(
                        timing.prefill() - request,
                        steps(timing.tokens()),
                        timing.tokens(),
                        Step.pairs(timing.tokens(), 0)));
        double[] fitted = squares.fit(3);
        return new Step(fitted[0], fitted[1], fitted[2]);
    }

    private Line load(Collection<Timing> medians, State state, double request, Step step) {
        LeastSquares squares = new LeastSquares();
        medians.stream()
                .filter(timing -> timing.state() == state)
                .forEach(timing -> squares.add(
                        timing.prefill() - request - rest(step, timing.tokens()), 1, bytes(loaded(timing.tokens()))));
        return line(squares);
    }

    private Line store(Collection<Timing> medians) {
        LeastSquares squares = new LeastSquares();
        medians.stream()
                .filter(timing -> timing.state() == State.COLD)
                .forEach(timing -> squares.add(timing.store(), bytes(loaded(timing.tokens()))));
        return new Line(0, squares.fit(1)[0]);
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
