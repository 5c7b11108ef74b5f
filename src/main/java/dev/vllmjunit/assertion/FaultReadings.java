package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.evidence.Recovery;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.stats.Interval;
import dev.vllmjunit.stats.Proportion;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The figures that are about faults. */
final class FaultReadings {

    private static final String REQUESTS = "requests";

    private FaultReadings() {}

    /** Of all requests that were sent, with Wilson's interval; with repetitions enough, by these. */
    static Reading errorRate() {
        Reading ofRun = (result, confidence) -> {
            int sent = result.requests().size();
            if (sent == 0) {
                throw Readings.invalid(result, "no request was sent, so there is no share of failed ones");
            }
            int failed = sent - result.succeeded().size();
            Interval share = Proportion.interval(failed, sent, confidence);
            Interval percent = new Interval(100 * share.low(), 100 * share.high(), confidence);
            return new Figure(
                    "share of failed requests",
                    100.0 * failed / sent,
                    Unit.SHARE,
                    String.format(Locale.ROOT, "%,d of %,d requests failed", failed, sent),
                    Optional.of(new Spread(percent, sent, REQUESTS, "Wilson's score interval")));
        };
        return new OfRequests(ofRun);
    }

    /** From the last mending to the first answer after which no request failed; open upwards where the run ended before. */
    static Reading recoveryTime() {
        return (result, confidence) -> result.runs().size() == 1
                ? recoveryTime(result, confidence)
                : new PerRun((run, level) -> {
                            requireRecovered(run);
                            return recoveryTime(run, level);
                        })
                        .of(result, confidence);
    }

    private static Figure recoveryTime(BenchmarkResult run, double confidence) {
        Recovery recovery = requireMended(run);
        double nanos = recovery.recoveredNanos().orElse(recovery.seenNanos()) - recovery.mendedNanos();
        Figure figure = Figure.of("recovery time", nanos, Unit.TIME, String.join("; ", run.injected()));
        return recovery.recoveredNanos().isPresent() ? figure : figure.known(unended(nanos, confidence));
    }

    private static Spread unended(double nanos, double confidence) {
        return new Spread(
                new Interval(nanos, Double.POSITIVE_INFINITY, confidence),
                1,
                REQUESTS,
                "the run ended before " + Recovery.ENOUGH + " requests in a row were answered after the last failure");
    }

    /** Of the prompts that were sent after the recovery. */
    static Reading hitRateAfterRecovery() {
        return new PerRun((result, confidence) -> {
            long recovered = requireRecovered(result);
            return hitRate(
                    result,
                    result.succeeded().stream()
                            .filter(request -> request.sentNanos() - recovered >= 0)
                            .toList());
        });
    }

    private static Figure hitRate(BenchmarkResult result, List<RequestRecord> sent) {
        if (sent.size() < Recovery.ENOUGH) {
            throw new InvalidRunException(
                    InvalidReason.TOO_FEW_SAMPLES,
                    sent.size() + " requests were sent after the recovery and answered, but " + Recovery.ENOUGH
                            + " or more are needed; send requests for longer"
                            + Message.measuredUnder(result.conditions()));
        }
        long cached = 0;
        long prompt = 0;
        for (RequestRecord request : sent) {
            HopTimeline hop = result.hops().get(request.requestId());
            if (hop == null || hop.prefillCachedTokens() < 0 || request.promptTokens() < 0) {
                throw Readings.invalid(
                        result,
                        "nobody told how many tokens of request " + request.requestId()
                                + " were cached; that needs this project's router");
            }
            cached += hop.prefillCachedTokens();
            prompt += request.promptTokens();
        }
        return Figure.of(
                "cache hit rate of the prefill nodes after the recovery",
                100.0 * cached / prompt,
                Unit.SHARE,
                String.format(Locale.ROOT, "%,d prompt tokens of %,d requests", prompt, sent.size()));
    }

    private static long requireRecovered(BenchmarkResult result) {
        Recovery recovery = requireMended(result);
        return recovery.recoveredNanos()
                .orElseThrow(() -> new InvalidRunException(
                        InvalidReason.TOO_FEW_SAMPLES,
                        "the run ended before it had recovered: " + recovery.answers()
                                + " requests were answered after the last"
                                + " failure, " + Recovery.ENOUGH + " or more have to be; send requests for longer"
                                + Message.measuredUnder(result.conditions())));
    }

    private static Recovery requireMended(BenchmarkResult result) {
        return Recovery.of(result)
                .orElseThrow(() -> Readings.invalid(
                        result,
                        "nothing was mended while requests were under way, so there is no recovery; heal the link, or"
                                + " resume or restart the node, in a step of During, after every harm"));
    }

    /** Counters of a node that was killed are gone. */
    static void requireCounters(BenchmarkResult result) {
        String lost = result.injections().stream()
                .filter(injection -> injection.effect() == Effect.LOSS)
                .map(Injection::what)
                .distinct()
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            throw Readings.invalid(
                    result, "a node's counters do not tell of the whole run, since they ended with it: " + lost);
        }
    }
}
