package dev.vllmjunit.workload;

import java.util.List;

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

    /** The first request of each document, in sending order: what fills a cache with every document once. */
    public List<PlannedRequest> firstOfEachDocument() {
        return requests.stream()
                .filter(request -> request.occurrence() == 0 && !request.forcedMiss())
                .toList();
    }
}
