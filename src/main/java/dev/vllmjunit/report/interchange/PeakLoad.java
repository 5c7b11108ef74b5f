package dev.vllmjunit.report.interchange;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The busiest second of a run, by the rule of {@code vllm bench serve}: seconds count from the first successful request's start;
 * an output event counts for the second it came in, a request for every second it was under way.
 *
 * @param tokensPerSecond most output events in one second
 * @param requests most successful requests under way within one second
 */
record PeakLoad(double tokensPerSecond, int requests) {

    /** Of requests whose start and latency are known. */
    static PeakLoad of(List<VllmRequest> requests) {
        List<VllmRequest> succeeded =
                requests.stream().filter(VllmRequest::succeeded).toList();
        double origin = succeeded.stream().mapToDouble(PeakLoad::start).min().orElse(0);
        Map<Integer, Integer> tokens = new TreeMap<>();
        Map<Integer, Integer> underWay = new TreeMap<>();
        for (VllmRequest request : succeeded) {
            countTokens(request, origin, tokens);
            int end = (int) (start(request) + request.latency().orElseThrow() - origin);
            for (int second = (int) (start(request) - origin); second <= end; second++) {
                underWay.merge(second, 1, Integer::sum);
            }
        }
        return new PeakLoad(greatest(tokens), greatest(underWay));
    }

    private static void countTokens(VllmRequest request, double origin, Map<Integer, Integer> tokens) {
        double time = start(request) + request.ttft();
        tokens.merge((int) (time - origin), 1, Integer::sum);
        for (double gap : request.itls()) {
            time += gap;
            tokens.merge((int) (time - origin), 1, Integer::sum);
        }
    }

    private static double start(VllmRequest request) {
        return request.startTime().orElseThrow();
    }

    private static int greatest(Map<Integer, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }
}
