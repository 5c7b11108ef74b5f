package dev.vllmjunit.workload;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that will be sent, decided before the first request. Immutable.
 *
 * @param name what a report calls the workload, for instance {@code 10 documents x 20000 tokens, 3 rounds, random}
 * @param path request path, {@code /v1/completions}
 * @param arrivals when requests are sent
 * @param requests in sending order
 */
public record Schedule(String name, String path, Arrivals arrivals, List<PlannedRequest> requests) {

    /** Copies the requests. */
    public Schedule {
        requests = List.copyOf(requests);
    }

    /** Prompt tokens of all requests. */
    public long promptTokens() {
        return requests.stream().mapToLong(PlannedRequest::promptTokens).sum();
    }

    /** Output tokens that all requests ask for. */
    public long outputTokens() {
        return requests.stream().mapToLong(PlannedRequest::maxTokens).sum();
    }

    /** The requests that bring anything new, in sending order: what fills a cache with all that is asked. */
    public List<PlannedRequest> distinctPrompts() {
        return requests.stream()
                .filter(request -> !request.forcedMiss() && request.sharedTokens() < request.promptTokens())
                .toList();
    }

    /** The first request of each document, in sending order. */
    public List<PlannedRequest> firstOfEachDocument() {
        Set<Integer> seen = new HashSet<>();
        return requests.stream()
                .filter(request -> !request.forcedMiss() && seen.add(request.documentId()))
                .toList();
    }

    /**
     * What will be sent, as a text table to print before the first request.
     *
     * @param rows requests to show, 0 or more; the rest is counted
     */
    public String timetable(int rows) {
        return Timetable.of(this, rows);
    }
}
