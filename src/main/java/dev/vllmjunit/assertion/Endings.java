package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Figures;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How requests ended, and where those were that did not. */
final class Endings {

    private static final int SHOWN = 5;

    private Endings() {}

    /** What is to be said of requests that only the client's own deadline ended; empty where there are none. */
    static Optional<String> hanging(BenchmarkResult result) {
        List<RequestRecord> hanging = result.requests().stream()
                .filter(request ->
                        request.error().filter(Endings::endedByClient).isPresent())
                .toList();
        return described(
                result,
                hanging,
                "Expecting every request to end by itself, answered or refused by a hop whose deadline is over,\nbut "
                        + hanging.size() + " of " + result.requests().size()
                        + " went on until the client gave them up:");
    }

    private static boolean endedByClient(String error) {
        return error.startsWith("timed out after") || error.startsWith("the run ") || error.startsWith("the driver's");
    }

    /** What is to be said of requests that took longer. */
    static Optional<String> later(BenchmarkResult result, Duration longest) {
        List<RequestRecord> late = result.requests().stream()
                .filter(request -> request.endNanos() - request.sentNanos() > longest.toNanos())
                .toList();
        return described(
                result,
                late,
                "Expecting every request to end, answered or not, within:\n  "
                        + Unit.TIME.format(longest.toNanos()) + "\nbut " + late.size() + " of "
                        + result.requests().size() + " did not:");
    }

    private static Optional<String> described(BenchmarkResult result, List<RequestRecord> requests, String head) {
        if (requests.isEmpty()) {
            return Optional.empty();
        }
        String more = requests.size() > SHOWN ? "\n  and " + (requests.size() - SHOWN) + " more" : "";
        return Optional.of("\n" + head + "\n  "
                + requests.stream()
                        .limit(SHOWN)
                        .map(request -> describe(request, result.hops().get(request.requestId())))
                        .collect(Collectors.joining("\n  "))
                + more
                + (result.injections().isEmpty() ? "" : "\n  on purpose: " + String.join("; ", result.injected()))
                + Message.measuredUnder(result.conditions()));
    }

    private static String describe(RequestRecord request, @Nullable HopTimeline hop) {
        String outcome = request.error().orElse("answered");
        return request.requestId() + " after "
                + Figures.seconds((request.endNanos() - request.sentNanos()) / 1e9) + ": " + outcome
                + (hop == null ? "" : ", " + where(hop));
    }

    /** The last hop that it reached. */
    private static String where(HopTimeline hop) {
        if (hop.firstTokenNanos() != 0) {
            return "in the stream from " + hop.decodeNode();
        }
        if (hop.decodeSentNanos() != 0) {
            return "at " + hop.decodeNode() + " before its first token";
        }
        return hop.prefillSentNanos() != 0 ? "at " + hop.prefillNode() : "on its way to " + hop.prefillNode();
    }
}
