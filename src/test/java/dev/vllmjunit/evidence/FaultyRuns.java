package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs with faults on purpose, of requests that each take a second, one after the other: number 0 from second 0 to 1. Prompts of 100
 * tokens, 40 of them cached.
 */
public final class FaultyRuns {

    private static final long SECOND = 1_000_000_000L;

    private final int requests;
    private final Map<Integer, String> failures = new LinkedHashMap<>();
    private final List<Injection> injections = new ArrayList<>();
    private int compared = 2;

    private FaultyRuns(int requests) {
        this.requests = requests;
    }

    public static FaultyRuns of(int requests) {
        return new FaultyRuns(requests);
    }

    /** Requests from one to another, both included, fail. */
    public FaultyRuns failing(int from, int to, String error) {
        for (int i = from; i <= to; i++) {
            failures.put(i, error);
        }
        return this;
    }

    /** So many seconds after the start. */
    public FaultyRuns at(double seconds, String what, Effect effect) {
        injections.add(new Injection(Math.round(seconds * SECOND), what, effect));
        return this;
    }

    /** The S3 link, cut after so many seconds and healed after as many more. */
    public FaultyRuns cutAndHealed(double cut, double healed) {
        return at(cut, "S3 link cut", Effect.HARM).at(healed, "S3 link healed", Effect.MEND);
    }

    public FaultyRuns comparing(int outputs) {
        this.compared = outputs;
        return this;
    }

    public BenchmarkResult build() {
        BenchmarkResult like = Results.cold().build();
        List<RequestRecord> records = new ArrayList<>();
        Map<String, HopTimeline> hops = new LinkedHashMap<>();
        for (int i = 0; i < requests; i++) {
            RequestRecord request = request(i);
            records.add(request);
            hops.put(request.requestId(), hop(request));
        }
        return new BenchmarkResult(
                like.conditions(),
                like.duration(),
                records,
                hops,
                like.tokens(),
                like.transfers(),
                like.metrics(),
                List.of(),
                List.of(),
                List.of(),
                injections,
                compared);
    }

    private RequestRecord request(int index) {
        long start = index * SECOND;
        Optional<String> error = Optional.ofNullable(failures.get(index));
        return new RequestRecord(
                index,
                index,
                "request-" + index,
                start,
                start,
                error.isPresent() ? new long[0] : new long[] {start + SECOND / 2},
                start + SECOND,
                1,
                100,
                "hi",
                Optional.of("length"),
                error);
    }

    private static HopTimeline hop(RequestRecord request) {
        boolean answered = request.succeeded();
        return new HopTimeline(
                request.requestId(),
                "prefill-0",
                "decode-0",
                request.sentNanos(),
                request.sentNanos() + 1,
                answered ? request.sentNanos() + 2 : 0,
                answered ? request.sentNanos() + 3 : 0,
                answered ? request.tokenNanos()[0] : 0,
                answered ? request.endNanos() : 0,
                40,
                100);
    }
}
