package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.net.URI;
import java.time.Duration;
import java.util.stream.IntStream;

/** Schedules for tests, and one way to drive them. */
final class Driving {

    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private Driving() {}

    static Schedule closedLoop(int concurrency, int requests, int maxTokens) {
        return schedule(new Arrivals.ClosedLoop(concurrency), requests, maxTokens, Duration.ZERO);
    }

    static Schedule every(Duration gap, int requests, int maxTokens) {
        return schedule(new Arrivals.ConstantRate(1e9 / gap.toNanos()), requests, maxTokens, gap);
    }

    static Schedule schedule(Arrivals arrivals, int requests, int maxTokens, Duration gap) {
        return new Schedule(
                "test",
                "/v1/completions",
                arrivals,
                IntStream.range(0, requests)
                        .mapToObj(index -> new PlannedRequest(
                                index, 0, index, false, gap.multipliedBy(index), 7, maxTokens, body(index)))
                        .toList());
    }

    private static byte[] body(int index) {
        return ("{\"prompt\":\"" + index + "\"}").getBytes(UTF_8);
    }

    static RequestRecord one(URI endpoint, int maxTokens, Duration timeout) {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            return driver.run(closedLoop(1, 1, maxTokens), endpoint, timeout, finished -> {})
                    .requests()
                    .get(0);
        }
    }
}
