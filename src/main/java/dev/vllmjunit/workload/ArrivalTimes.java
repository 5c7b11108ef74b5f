package dev.vllmjunit.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ExponentialDistribution;

/** When each request of a schedule is to start, counted from the start of the run. */
final class ArrivalTimes {

    private ArrivalTimes() {}

    static List<Duration> of(Arrivals arrivals, int requests) {
        if (arrivals instanceof Arrivals.ConstantRate constant) {
            return IntStream.range(0, requests)
                    .mapToObj(request -> seconds(request / constant.requestsPerSecond()))
                    .toList();
        }
        return arrivals instanceof Arrivals.Poisson poisson
                ? poisson(poisson, requests)
                : IntStream.range(0, requests)
                        .mapToObj(request -> Duration.ZERO)
                        .toList();
    }

    private static List<Duration> poisson(Arrivals.Poisson arrivals, int requests) {
        ExponentialDistribution gaps = ExponentialDistribution.of(1 / arrivals.requestsPerSecond());
        Random random = Seeds.random(arrivals.seed(), "arrivals", 0);
        List<Duration> starts = new ArrayList<>(requests);
        double start = 0;
        for (int request = 0; request < requests; request++) {
            start += gaps.inverseCumulativeProbability(random.nextDouble());
            starts.add(seconds(start));
        }
        return starts;
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }
}
