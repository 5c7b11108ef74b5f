package dev.vllmjunit.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.ExponentialDistribution;
import org.apache.commons.statistics.distribution.GammaDistribution;

/** When each request of a schedule is to start, counted from the start of the run. */
final class ArrivalTimes {

    private ArrivalTimes() {}

    static List<Duration> of(Arrivals arrivals, int requests) {
        if (arrivals instanceof Arrivals.Poisson poisson) {
            return random(ExponentialDistribution.of(1 / poisson.requestsPerSecond()), poisson.seed(), requests);
        }
        if (arrivals instanceof Arrivals.Gamma gamma) {
            double shape = gamma.burstiness();
            return random(GammaDistribution.of(shape, 1 / (gamma.requestsPerSecond() * shape)), gamma.seed(), requests);
        }
        return IntStream.range(0, requests)
                .mapToObj(request -> seconds(start(arrivals, request)))
                .toList();
    }

    private static double start(Arrivals arrivals, int request) {
        if (arrivals instanceof Arrivals.ConstantRate constant) {
            return request / constant.requestsPerSecond();
        }
        if (arrivals instanceof Arrivals.Ramp ramp) {
            return ramp.startSeconds(request);
        }
        return arrivals instanceof Arrivals.Burst burst ? request / burst.size() * Given.seconds(burst.every()) : 0;
    }

    private static List<Duration> random(ContinuousDistribution gaps, long seed, int requests) {
        Random random = Seeds.random(seed, "arrivals", 0);
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
