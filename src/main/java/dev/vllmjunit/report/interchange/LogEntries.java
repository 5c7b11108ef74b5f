package dev.vllmjunit.report.interchange;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.Hop;
import dev.vllmjunit.evidence.HopBreakdown;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.report.interchange.LoggedRequest.Metric;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The lines of a run's request log. */
final class LogEntries {

    private final BenchmarkResult result;
    private final Map<Integer, PlannedRequest> planned = new HashMap<>();

    LogEntries(BenchmarkResult result, Schedule schedule) {
        this.result = result;
        schedule.requests().forEach(request -> planned.put(request.index(), request));
    }

    List<LoggedRequest> all() {
        List<LoggedRequest> lines = new ArrayList<>();
        List<BenchmarkResult> runs = result.runs();
        for (int i = 0; i < runs.size(); i++) {
            BenchmarkResult run = runs.get(i);
            Clock clock = new Clock(run);
            OptionalLong repetition = runs.size() == 1 ? OptionalLong.empty() : OptionalLong.of(i + 1L);
            run.requests().forEach(request -> lines.add(line(run, clock, repetition, request)));
        }
        return lines;
    }

    private LoggedRequest line(BenchmarkResult run, Clock clock, OptionalLong repetition, RequestRecord request) {
        Optional<HopTimeline> way = Optional.ofNullable(run.hops().get(request.requestId()));
        Optional<PlannedRequest> plan = Optional.ofNullable(planned.get(request.index()));
        long[] tokens = request.tokenNanos();
        return new LoggedRequest(
                request.index(),
                repetition,
                Optional.of(request.requestId()),
                Optional.of(String.valueOf(request.documentId())),
                plan.map(one -> OptionalLong.of(one.occurrence())).orElse(OptionalLong.empty()),
                clock.at(request.intendedNanos()),
                clock.at(request.sentNanos()),
                tokens.length == 0 ? Optional.empty() : Optional.of(clock.at(tokens[0])),
                clock.at(request.endNanos()),
                metrics(request, plan, way),
                request.succeeded()
                        ? request.interTokenNanos().stream()
                                .map(nanos -> nanos / 1e6)
                                .toList()
                        : List.of(),
                request.finishReason(),
                way.map(HopTimeline::prefillNode),
                way.map(HopTimeline::decodeNode),
                request.error());
    }

    private static Map<String, Metric> metrics(
            RequestRecord request, Optional<PlannedRequest> plan, Optional<HopTimeline> way) {
        Map<String, Metric> metrics = new TreeMap<>();
        metrics.put("client_queue_time", millis(request.sentNanos() - request.intendedNanos()));
        int prompt = request.promptTokens() < 0
                ? plan.map(PlannedRequest::promptTokens).orElse(0)
                : request.promptTokens();
        if (request.succeeded()) {
            metrics.put("input_sequence_length", tokens(prompt));
            metrics.put("output_sequence_length", tokens(request.outputTokens()));
            putLatencies(metrics, request);
            way.flatMap(timeline -> HopBreakdown.of(request, timeline)).ifPresent(hops -> putHops(metrics, hops));
        } else {
            metrics.put("error_isl", tokens(prompt));
        }
        way.ifPresent(timeline -> putWay(metrics, timeline));
        return metrics;
    }

    private static void putLatencies(Map<String, Metric> metrics, RequestRecord request) {
        long first = request.tokenNanos()[0];
        long last = request.tokenNanos()[request.tokenNanos().length - 1];
        metrics.put("time_to_first_token", millis(first - request.sentNanos()));
        metrics.put("request_latency", millis(last - request.sentNanos()));
        if (request.outputTokens() > 1) {
            metrics.put("inter_token_latency", millis((double) (last - first) / (request.outputTokens() - 1)));
        }
    }

    private static void putHops(Map<String, Metric> metrics, HopBreakdown hops) {
        for (Hop hop : Hop.values()) {
            metrics.put("hop_" + hop.name().toLowerCase(Locale.ROOT), millis(hops.of(hop)));
        }
    }

    private static void putWay(Map<String, Metric> metrics, HopTimeline way) {
        if (way.prefillCachedTokens() >= 0) {
            metrics.put("usage_prompt_cache_read_tokens", tokens(way.prefillCachedTokens()));
        }
        metrics.put("transferred_tokens", tokens(way.transferredTokens()));
    }

    private static Metric millis(double nanos) {
        return new Metric(nanos / 1e6, "ms");
    }

    private static Metric tokens(int count) {
        return new Metric(count, "tokens");
    }

    /** From the driver's clock to the wall's: the first intended start was at the run's start, or its first gap later. */
    private final class Clock {

        private final Instant first;
        private final long firstNanos;

        Clock(BenchmarkResult run) {
            first = run.conditions()
                    .startedAt()
                    .plus(planned.values().stream()
                            .map(PlannedRequest::intendedStart)
                            .min(Duration::compareTo)
                            .orElse(Duration.ZERO));
            firstNanos = run.requests().stream()
                    .mapToLong(RequestRecord::intendedNanos)
                    .min()
                    .orElse(0);
        }

        Instant at(long nanos) {
            return first.plusNanos(nanos - firstNanos);
        }
    }
}
