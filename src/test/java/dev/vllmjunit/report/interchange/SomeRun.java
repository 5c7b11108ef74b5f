package dev.vllmjunit.report.interchange;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.CacheState;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.evidence.TokenAccount;
import dev.vllmjunit.evidence.TransferTotals;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Four requests on a clock that starts at 7 s: due at 10, 20, 30 and 40 ms; the first two answered, the second sent 5 ms late; the
 * third refused; the fourth broken off after its first token.
 */
final class SomeRun {

    static final Instant STARTED = Instant.parse("2026-01-02T03:04:05.000006Z");

    private static final long MS = 1_000_000;
    private static final long ZERO = 7_000 * MS;

    private SomeRun() {}

    static Schedule schedule(Arrivals arrivals) {
        return new Schedule(
                "2 documents",
                "/v1/completions",
                arrivals,
                List.of(planned(0, 10), planned(1, 20), planned(2, 30), planned(3, 40)));
    }

    private static PlannedRequest planned(int index, int startMs) {
        return new PlannedRequest(
                index, index % 2, index / 2, false, Duration.ofMillis(startMs), 1000 + index, 3, new byte[0]);
    }

    static BenchmarkResult result() {
        return result("");
    }

    /** With ids and texts that end in something. */
    static BenchmarkResult result(String ending) {
        return new BenchmarkResult(
                new RunConditions(
                        topology(),
                        "embedded",
                        true,
                        "2 documents",
                        CacheState.S3_ONLY,
                        STARTED,
                        Map.of("vllm.version", "0.32.0")),
                Duration.ofMillis(500),
                List.of(
                        request(0, 10, 10, new long[] {110, 130, 170}, 180, 1000, "a b c" + ending, ""),
                        request(1, 20, 25, new long[] {225, 235, 265}, 266, -1, "d e f" + ending, ""),
                        request(2, 30, 30, new long[] {}, 31, -1, "", "HTTP 503" + ending),
                        request(3, 40, 40, new long[] {90}, 95, -1, "g", "the connection was closed" + ending)),
                Map.of("r0", way()),
                new TokenAccount(2000, 1000, 1000, 0, 0, 2000, 0, 6),
                new TransferTotals(2, 1, 0.1, 0, 0),
                Map.of(),
                List.of(new Problem(InvalidReason.REQUESTS_FAILED, "2 of 4")));
    }

    private static RequestRecord request(
            int index, int due, int sent, long[] tokensMs, int endMs, int prompt, String text, String error) {
        long[] tokens = new long[tokensMs.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = ZERO + tokensMs[i] * MS;
        }
        return new RequestRecord(
                index,
                index % 2,
                "r" + index,
                ZERO + due * MS,
                ZERO + sent * MS,
                tokens,
                ZERO + endMs * MS,
                error.isEmpty() ? 3 : 0,
                prompt,
                text,
                error.isEmpty() ? Optional.of("length") : Optional.empty(),
                error.isEmpty() ? Optional.empty() : Optional.of(error));
    }

    private static HopTimeline way() {
        return new HopTimeline(
                "r0",
                "prefill-0",
                "decode-0",
                ZERO + 12 * MS,
                ZERO + 13 * MS,
                ZERO + 80 * MS,
                ZERO + 81 * MS,
                ZERO + 109 * MS,
                ZERO + 179 * MS,
                640,
                1000);
    }

    private static Topology topology() {
        return new Topology(
                "nixl-s3",
                new ModelSpec("tiny/model", 70_553_706_496L, 80, 8192, 8, 128, 2, 131_072),
                List.of(node(NodeRole.PREFILL, Accelerator.ROCM, 8), node(NodeRole.DECODE, Accelerator.GAUDI, 4)),
                new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), false),
                Optional.empty());
    }

    private static NodeSpec node(NodeRole role, Accelerator accelerator, int tensorParallelism) {
        return new NodeSpec(
                role,
                0,
                accelerator,
                tensorParallelism,
                128,
                "127.0.0.1",
                OptionalInt.empty(),
                Optional.empty(),
                Map.of(),
                List.of());
    }
}
