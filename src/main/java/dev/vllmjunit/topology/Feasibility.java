package dev.vllmjunit.topology;

import dev.vllmjunit.topology.Expectation.Range;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells whether hardware of a topology could reach a row of the guide at all, by the arithmetic of {@link Floors}. It errs on
 * the side of "could": a row it calls not feasible is so by the figures it cites. Rows that compare two runs have no floor.
 * Immutable.
 */
public final class Feasibility {

    private static final double MILLIS = 1e-3;

    private final Floors floors;
    private final Demand demand;

    /** For a workload on a topology over links. */
    public Feasibility(Topology topology, Links links, Demand demand) {
        this.floors = new Floors(topology, links);
        this.demand = demand;
    }

    /**
     * What a workload asks for.
     *
     * @param promptTokens tokens of one prompt
     * @param documents different prompts, each of which meets cold caches once
     * @param requests prompts sent, repeats included
     * @param outputTokens tokens generated per request
     * @param concurrency requests in flight
     */
    public record Demand(long promptTokens, int documents, int requests, int outputTokens, int concurrency) {

        /** Checks that every figure is positive and that there is a request for each document. */
        public Demand {
            if (promptTokens < 1 || documents < 1 || outputTokens < 1 || concurrency < 1 || requests < documents) {
                throw new IllegalArgumentException("a workload of " + requests + " requests over " + documents
                        + " documents of " + promptTokens + " tokens, " + outputTokens + " tokens out, " + concurrency
                        + " at a time: each must be 1 or more, and requests no fewer than documents");
            }
        }
    }

    /** One sentence with the arithmetic if no such hardware could reach the guide's range; empty if it could. */
    public Optional<String> verdict(Expectation row) {
        if (row.comparedTo().isPresent()) {
            return Optional.empty();
        }
        Range range = row.guide();
        return switch (row.metric()) {
            case TTFT_MEAN ->
                firstTokenNeeds(row.state())
                        .flatMap(need -> need.tooMuchFor(range).stream())
                        .findFirst();
            case TRANSFER_MEAN -> transfer(firstRequestsOnly()).tooMuchFor(range);
            case OBJECT_LOAD_MEAN -> load(new Share(1, 1)).tooMuchFor(range);
            case THROUGHPUT ->
                work(row.state()).stream()
                        .filter(work -> demand.requests * (double) demand.outputTokens / work.seconds < range.min())
                        .map(work -> work.said + ": at most "
                                + Figures.digits(demand.requests * (double) demand.outputTokens / work.seconds)
                                + " tokens/s, not " + range.describe(row.unit()))
                        .findFirst();
            case TOTAL_TIME ->
                work(row.state()).stream()
                        .filter(work -> work.seconds > range.max())
                        .map(work -> work.said + ", not " + range.describe(row.unit()))
                        .findFirst();
            case COMPUTED_TOKENS -> computedTokens(row);
            case CACHE_HIT_RATE, COMPUTE_SAVINGS -> hitRate(row);
        };
    }

    private Stream<Need> firstTokenNeeds(String state) {
        Share share = firstRequestsOnly();
        Stream<Need> first =
                switch (state) {
                    case "EMPTY" -> Stream.of(compute(share), transfer(share));
                    case "S3_ONLY", "S3_AFTER_RESTART" -> Stream.of(load(share), transfer(share));
                    default -> Stream.of();
                };
        return Stream.concat(first, Stream.of(decodeStep()));
    }

    private Need compute(Share share) {
        return new Need(
                floors.prefillFlops(demand.promptTokens),
                "FLOP",
                "to compute " + tokensPerPrompt() + " tokens",
                floors.fastestPrefillFlops(),
                floors.fastestPrefill() + " give",
                " at 100 % utilisation",
                share);
    }

    private Need load(Share share) {
        return new Need(
                floors.kvBytes(demand.promptTokens),
                "B",
                "from S3",
                floors.links().s3ReadGBps() * 1e9,
                "the link gives",
                "",
                share);
    }

    private Need transfer(Share share) {
        return new Need(
                floors.kvBytes(demand.promptTokens),
                "B",
                "from prefill to decode",
                floors.links().nixlGBps() * 1e9,
                "the link gives",
                "",
                share);
    }

    private Need decodeStep() {
        return new Need(
                floors.decodeStepBytes(1, demand.promptTokens),
                "B",
                "of weights and KV cache to read",
                floors.fastestDecodeBandwidth(),
                floors.fastestDecode() + " give",
                "",
                new Share(1, 1));
    }

    private Share firstRequestsOnly() {
        return new Share(demand.documents, demand.requests);
    }

    private List<Work> work(String state) {
        return switch (state) {
            case "EMPTY" -> List.of(generating(), computing());
            case "S3_ONLY", "S3_AFTER_RESTART" -> List.of(generating(), loading());
            default -> List.of(generating());
        };
    }

    private Work generating() {
        double tokens = demand.requests * (double) demand.outputTokens;
        double seconds = tokens / floors.decodeTokensPerSecond(demand.concurrency, demand.promptTokens);
        return new Work(
                seconds,
                "generating " + Figures.whole(tokens) + " tokens at concurrency " + demand.concurrency
                        + " reads weights of "
                        + Figures.si((double) floors.topology().model().weightBytes(), "B") + " in each step and "
                        + Figures.si(floors.kvBytes(demand.promptTokens), "B") + " of KV cache for each token, and "
                        + floors.fastestDecode() + " read " + Figures.si(floors.fastestDecodeBandwidth(), "B/s")
                        + nodes(floors.topology().decode().size()) + ", which takes at least "
                        + Figures.seconds(seconds));
    }

    private Work computing() {
        double flops = demand.documents * floors.prefillFlops(demand.promptTokens);
        double seconds = flops / floors.allPrefillFlops();
        return new Work(
                seconds,
                "computing " + demand.documents + " x " + tokensPerPrompt() + " tokens is "
                        + Figures.si(flops, "FLOP") + ", and the prefill nodes give "
                        + Figures.si(floors.allPrefillFlops(), "FLOP/s")
                        + " at 100 % utilisation, which takes at least "
                        + Figures.seconds(seconds));
    }

    private Work loading() {
        double bytes = demand.documents * floors.kvBytes(demand.promptTokens);
        int hosts = floors.topology().prefill().size();
        double seconds = floors.links().s3Seconds(bytes) / hosts;
        return new Work(
                seconds,
                "loading " + Figures.si(bytes, "B") + " from S3 at "
                        + Figures.digits(floors.links().s3ReadGBps()) + " GB/s" + nodes(hosts) + " takes at least "
                        + Figures.seconds(seconds));
    }

    private String tokensPerPrompt() {
        return Figures.whole((double) demand.promptTokens);
    }

    private static String nodes(int count) {
        return count == 1 ? "" : " on each of " + count + " nodes";
    }

    private Optional<String> computedTokens(Expectation row) {
        double all = demand.requests * (double) demand.promptTokens;
        double once = row.state().equals("EMPTY") ? demand.documents * (double) demand.promptTokens : 0;
        String not = " tokens, not " + row.guide().describe(row.unit());
        if (row.guide().min() > all) {
            return Optional.of(
                    demand.requests + " prompts of " + tokensPerPrompt() + " tokens hold " + Figures.whole(all) + not);
        }
        return row.guide().max() >= once
                ? Optional.empty()
                : Optional.of(demand.documents + " documents of " + tokensPerPrompt()
                        + " tokens have to be computed once each: at least " + Figures.whole(once) + not);
    }

    private Optional<String> hitRate(Expectation row) {
        double most = 100.0 * (demand.requests - demand.documents) / demand.requests;
        return !row.state().equals("EMPTY") || row.guide().min() <= most
                ? Optional.empty()
                : Optional.of(
                        "from empty caches the first request of each of " + demand.documents + " documents computes"
                                + " all its tokens: at most " + Figures.digits(most) + " % of " + demand.requests
                                + " requests' tokens hit, not " + row.guide().describe(row.unit()));
    }

    /** A part of a run's work, the least time it takes, and why. */
    private record Work(double seconds, String said) {}

    /** How many of how many requests need something. */
    private record Share(int of, int all) {}

    /** An amount that some of the requests need, and the rate at which it is to be had. */
    private record Need(
            double amount, String unit, String what, double rate, String giver, String condition, Share share) {

        /** The sentence, if even the slowest mean of the range (in milliseconds) asks for a higher rate. */
        Optional<String> tooMuchFor(Range range) {
            double least = neededRate(range.max());
            return least <= rate
                    ? Optional.empty()
                    : Optional.of(range.describe("ms") + " for " + Figures.si(amount, unit) + " " + what + among()
                            + " needs " + neededRates(least, range.min()) + "; " + giver + " "
                            + Figures.si(rate, unit + "/s") + condition);
        }

        private double neededRate(double meanMillis) {
            return amount * share.of / share.all / (meanMillis * MILLIS);
        }

        private String neededRates(double least, double minMillis) {
            return minMillis > 0
                    ? Figures.si(least, neededRate(minMillis), unit + "/s")
                    : "at least " + Figures.si(least, unit + "/s");
        }

        private String among() {
            return share.of == share.all ? "" : " in " + share.of + " of " + share.all + " requests, as their mean,";
        }
    }
}
