package dev.vllmjunit.bench;

import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.workload.PlannedRequest;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * What each request of a stack was answered first. At temperature 0 an equal request has an equal answer, so that another one is
 * reason to look: this costs nothing, and covers every request of a run.
 */
final class OutputMemory {

    private final Map<UUID, String> texts = new HashMap<>();

    /** Whether the answer is another than the first one to such a request; remembers the first. */
    boolean isSuspect(PlannedRequest planned, RequestRecord request) {
        String first = texts.putIfAbsent(planned.contentId(), request.text());
        return first != null && !first.equals(request.text());
    }

    /** The answer that was found right. */
    void correct(PlannedRequest planned, RequestRecord request) {
        texts.put(planned.contentId(), request.text());
    }
}
