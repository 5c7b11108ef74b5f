package dev.vllmjunit.report;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.evidence.Repetition;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every request of a run, a line each. Times are milliseconds; offsets count from the first intended start of each repetition. */
final class RequestsCsv {

    private final BenchmarkResult run;
    private final Map<Integer, PlannedRequest> planned = new HashMap<>();
    private final Map<Integer, HopBreakdown> breakdowns;
    private final long start;

    private RequestsCsv(BenchmarkResult run, Schedule schedule) {
        this.run = run;
        schedule.requests().forEach(request -> planned.put(request.index(), request));
        breakdowns = HopBreakdown.byIndex(run);
        start = run.requests().stream()
                .mapToLong(RequestRecord::intendedNanos)
                .min()
                .orElse(0);
    }

    static String of(BenchmarkResult result, Schedule schedule, UnaryOperator<String> mask) {
        return Csv.of(
                header(),
                result.runs().stream()
                        .flatMap(run -> new RequestsCsv(run, schedule).lines())
                        .toList(),
                mask);
    }

    private Stream<List<@Nullable Object>> lines() {
        return run.requests().stream().map(this::line);
    }

    private static List<String> header() {
        List<String> header = new ArrayList<>(List.of("repetition", "index", "document", "occurrence", "forced_miss"));
        header.addAll(List.of("ttft_ms", "tpot_ms", "end_to_end_ms", "times_modelled"));
        header.addAll(List.of("intended_ms", "sent_ms", "first_token_ms", "end_ms"));
        Arrays.stream(Hop.values())
                .forEach(hop -> header.add("hop_" + hop.name().toLowerCase(Locale.ROOT) + "_ms"));
        header.addAll(List.of("prompt_tokens", "output_tokens", "cached_tokens", "transferred_tokens"));
        header.addAll(List.of("prefill_node", "decode_node", "finish_reason", "error", "request_id"));
        return header;
    }

    private List<@Nullable Object> line(RequestRecord request) {
        List<@Nullable Object> line = new ArrayList<>();
        line.add(run.conditions().repetition().map(Repetition::number).orElse(1));
        line.add(request.index());
        addPlan(line, planned.get(request.index()));
        addLatencies(line, request);
        line.add(run.conditions().modelled());
        addOffsets(line, request);
        addHops(line, breakdowns.get(request.index()));
        line.add(request.promptTokens() < 0 ? null : request.promptTokens());
        line.add(request.outputTokens());
        addWay(line, run.hops().get(request.requestId()));
        line.add(request.finishReason().orElse(null));
        line.add(request.error().orElse(null));
        line.add(request.requestId());
        return line;
    }

    private static void addPlan(List<@Nullable Object> line, @Nullable PlannedRequest plan) {
        line.add(plan == null ? null : plan.documentId());
        line.add(plan == null ? null : plan.occurrence());
        line.add(plan == null ? null : plan.forcedMiss());
    }

    private static void addLatencies(List<@Nullable Object> line, RequestRecord request) {
        boolean started = request.tokenNanos().length > 0;
        line.add(started ? millis(request.timeToFirstTokenNanos()) : null);
        line.add(request.succeeded() && request.outputTokens() > 1 ? millis(request.timePerOutputTokenNanos()) : null);
        line.add(millis(request.endToEndNanos()));
    }

    private void addOffsets(List<@Nullable Object> line, RequestRecord request) {
        line.add(millis(request.intendedNanos() - start));
        line.add(millis(request.sentNanos() - start));
        line.add(request.tokenNanos().length == 0 ? null : millis(request.tokenNanos()[0] - start));
        line.add(millis(request.endNanos() - start));
    }

    private static void addHops(List<@Nullable Object> line, @Nullable HopBreakdown breakdown) {
        for (Hop hop : Hop.values()) {
            line.add(breakdown == null ? null : millis(breakdown.of(hop)));
        }
    }

    private static void addWay(List<@Nullable Object> line, @Nullable HopTimeline way) {
        line.add(way == null || way.prefillCachedTokens() < 0 ? null : way.prefillCachedTokens());
        line.add(way == null ? null : way.transferredTokens());
        line.add(way == null ? null : way.prefillNode());
        line.add(way == null ? null : way.decodeNode());
    }

    private static String millis(long nanos) {
        return millis((double) nanos);
    }

    /** To the nanosecond, so that hops still sum to the time to first token. */
    private static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e6);
    }
}
