package dev.vllmjunit.agreement;

import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;

/** One request as driver and router saw it. */
record Drive(RequestRecord request, HopTimeline hops) {

    double firstTokenMs() {
        return request.timeToFirstTokenNanos() / 1e6;
    }

    double prefillMs() {
        return hop(Hop.PREFILL);
    }

    double decodeMs() {
        return hop(Hop.DECODE);
    }

    double tokenMs() {
        return request.timePerOutputTokenNanos() / 1e6;
    }

    private double hop(Hop hop) {
        return HopBreakdown.of(request, hops).orElseThrow().of(hop) / 1e6;
    }
}
