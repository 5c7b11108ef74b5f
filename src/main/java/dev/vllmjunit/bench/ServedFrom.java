package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.Map;

/**
 * Says where a request's prompt came from. Engines tell how many tokens of a prompt were cached, not where; the state that the
 * run started in and its counters tell the rest.
 */
record ServedFrom(Schedule schedule, CacheState state, Map<String, HopTimeline> hops, TokenAccount tokens) {

    String describe(RequestRecord request) {
        HopTimeline hop = hops.get(request.requestId());
        PlannedRequest planned = schedule.requests().get(request.index());
        if (hop == null || hop.prefillCachedTokens() < 0) {
            return "an unknown source";
        }
        int cached = hop.prefillCachedTokens();
        String source = cached == 0 ? "no cache, " + hop.prefillNode() + " computed it" : tier(planned);
        return source + " (" + cached + " of " + planned.promptTokens() + " tokens cached at " + hop.prefillNode()
                + ", " + hop.transferredTokens() + " offered to " + hop.decodeNode() + ")";
    }

    private String tier(PlannedRequest planned) {
        if (!state.comesFromObjectStore()) {
            return "the prefill node's own cache (device)";
        }
        String outer = tokens.host() == 0 ? "S3" : "host memory or S3";
        boolean first = planned.occurrence() == 0;
        return first ? outer : "the prefill node's own cache (device), first filled from " + outer;
    }
}
