package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Results;
import dev.vllmjunit.load.RequestRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A queue with one server that takes as long for each request, simulated: M/D/1 with Poisson arrivals, D/D/1 with constant ones.
 *
 * @param serviceSeconds of a request, after those before it
 * @param restSeconds that each request stays longer, without keeping the server
 * @param poisson whether arrivals are random
 */
record Queue(double serviceSeconds, double restSeconds, boolean poisson, int requests) {

    static final int OUTPUT_TOKENS = 2;

    /** A run at so many requests per second; the first token comes when the server is done. */
    BenchmarkResult run(double rate) {
        Random random = new Random(Double.hashCode(rate));
        List<RequestRecord> records = new ArrayList<>();
        double arrival = 0;
        double free = 0;
        for (int index = 0; index < requests; index++) {
            arrival += poisson ? -Math.log(1 - random.nextDouble()) / rate : 1 / rate;
            free = Math.max(free, arrival) + serviceSeconds;
            records.add(request(index, nanos(arrival), nanos(free)));
        }
        return result(records);
    }

    private RequestRecord request(int index, long arrived, long firstToken) {
        long end = firstToken + nanos(restSeconds);
        return new RequestRecord(
                index,
                index,
                "request-" + index,
                arrived,
                arrived,
                new long[] {firstToken, end},
                end,
                OUTPUT_TOKENS,
                16,
                "",
                Optional.of("length"),
                Optional.empty());
    }

    private static BenchmarkResult result(List<RequestRecord> records) {
        BenchmarkResult like = Results.cold().build();
        return new BenchmarkResult(
                like.conditions(),
                Duration.ofNanos(records.get(records.size() - 1).endNanos()),
                records,
                like.hops(),
                like.tokens(),
                like.transfers(),
                like.metrics(),
                List.of());
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }
}
