package dev.vllmjunit.report;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.stats.Sample;
import dev.vllmjunit.stats.WarmUp;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How many of a run's first requests look like a warm-up. A document's first request misses the cache and its later ones hit, so each
 * time to first token is taken relative to the median of those that were as many requests into their document.
 */
final class Transient {

    private Transient() {}

    /** Requests from the start, in the order of sending; 0 where there is no transient, and for several runs together. */
    static int requests(BenchmarkResult result) {
        if (!result.repetitions().isEmpty()) {
            return 0;
        }
        List<RequestRecord> sent = result.succeeded().stream()
                .sorted(Comparator.comparingLong(RequestRecord::sentNanos))
                .toList();
        int[] occurrences = occurrences(sent);
        Map<Integer, Double> medians = new HashMap<>();
        double[] relative = new double[sent.size()];
        for (int i = 0; i < relative.length; i++) {
            double median = medians.computeIfAbsent(occurrences[i], which -> median(sent, occurrences, which));
            relative[i] = sent.get(i).timeToFirstTokenNanos() / median;
        }
        return WarmUp.length(relative);
    }

    private static int[] occurrences(List<RequestRecord> sent) {
        Map<Integer, Integer> seen = new HashMap<>();
        return sent.stream()
                .mapToInt(request -> seen.merge(request.documentId(), 1, Integer::sum))
                .toArray();
    }

    private static double median(List<RequestRecord> sent, int[] occurrences, int which) {
        double[] times = new double[sent.size()];
        int found = 0;
        for (int i = 0; i < occurrences.length; i++) {
            if (occurrences[i] == which) {
                times[found++] = Math.max(1, sent.get(i).timeToFirstTokenNanos());
            }
        }
        return Sample.of(Arrays.copyOf(times, found)).quantile(0.5);
    }
}
