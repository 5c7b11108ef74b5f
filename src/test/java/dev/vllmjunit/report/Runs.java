package dev.vllmjunit.report;

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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** Runs made up for tests, always the same: one request after the other, the first of each document slower. */
final class Runs {

    static final String WORKLOAD = "10 documents x 20000 tokens, random";

    private static final long MS = 1_000_000;
    private static final int DOCUMENTS = 10;
    private static final int OUTPUT_TOKENS = 20;

    private final CacheState state;
    private final int requests;
    private final List<RequestRecord> records = new ArrayList<>();
    private final Map<String, HopTimeline> hops = new HashMap<>();
    private final Random random = new Random(7);
    private long now = 5_000 * MS;

    private Runs(CacheState state, int requests) {
        this.state = state;
        this.requests = requests;
    }

    static Schedule schedule(int requests) {
        List<PlannedRequest> planned = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            planned.add(new PlannedRequest(
                    i, i % DOCUMENTS, i / DOCUMENTS, false, Duration.ZERO, 20_000, OUTPUT_TOKENS, new byte[0]));
        }
        return new Schedule(WORKLOAD, "/v1/completions", new Arrivals.ClosedLoop(1), planned);
    }

    static BenchmarkResult valid(CacheState state, int requests) {
        return new Runs(state, requests).result(List.of(), Map.of("vllm.version", "embedded 0.1.0", "kv.scale", "64"));
    }

    static BenchmarkResult with(CacheState state, int requests, List<Problem> problems, Map<String, String> facts) {
        return new Runs(state, requests).result(problems, facts);
    }

    static BenchmarkResult measured(CacheState state, int requests) {
        BenchmarkResult modelled = valid(state, requests);
        RunConditions conditions = modelled.conditions();
        return new BenchmarkResult(
                new RunConditions(
                        conditions.topology(),
                        "attach",
                        false,
                        conditions.workload(),
                        state,
                        conditions.startedAt(),
                        conditions.facts()),
                modelled.duration(),
                modelled.requests(),
                modelled.hops(),
                modelled.tokens(),
                modelled.transfers(),
                modelled.metrics(),
                modelled.problems());
    }

    /** Nothing was answered. */
    static BenchmarkResult failed(int requests) {
        return failed(requests, "HTTP 503, \"busy\"");
    }

    /** A text wherever a request has one. */
    static BenchmarkResult saying(String text) {
        BenchmarkResult failed = failed(30, text);
        List<RequestRecord> requests = new ArrayList<>(failed.requests());
        requests.set(
                0,
                new RequestRecord(
                        0, 0, text, 1, 1, new long[] {2}, 3, 1, 1, text, Optional.of(text), Optional.empty()));
        return new BenchmarkResult(
                failed.conditions(),
                failed.duration(),
                requests,
                Map.of(text, new HopTimeline(text, text, text, 1, 1, 1, 1, 1, 1, 0, 0)),
                failed.tokens(),
                failed.transfers(),
                failed.metrics(),
                failed.problems());
    }

    private static BenchmarkResult failed(int requests, String error) {
        BenchmarkResult valid = valid(CacheState.EMPTY, requests);
        List<RequestRecord> failed = valid.requests().stream()
                .map(request -> new RequestRecord(
                        request.index(),
                        request.documentId(),
                        request.requestId(),
                        request.intendedNanos(),
                        request.sentNanos(),
                        new long[0],
                        request.endNanos(),
                        0,
                        -1,
                        "",
                        Optional.empty(),
                        Optional.of(error)))
                .toList();
        return new BenchmarkResult(
                valid.conditions(),
                valid.duration(),
                failed,
                Map.of(),
                new TokenAccount(0, 0, 0, 0, 0, 0, 0, 0),
                new TransferTotals(0, 0, 0, 0, 0),
                Map.of(),
                List.of(new Problem(InvalidReason.REQUESTS_FAILED, "none of " + requests + " was answered")));
    }

    private BenchmarkResult result(List<Problem> problems, Map<String, String> facts) {
        long start = now;
        for (int i = 0; i < requests; i++) {
            request(i);
        }
        long prompt = 20_000L * requests;
        long saved = state == CacheState.EMPTY ? prompt / 2 : prompt * 9 / 10;
        long s3 = state == CacheState.S3_ONLY ? 19_968L * DOCUMENTS : 0;
        return new BenchmarkResult(
                new RunConditions(
                        topology(), "embedded", true, WORKLOAD, state, Instant.parse("2026-01-02T03:04:05Z"), facts),
                Duration.ofNanos(now - start),
                records,
                hops,
                new TokenAccount(prompt, prompt - saved, saved - s3, 0, s3, prompt, 0, (long) OUTPUT_TOKENS * requests),
                new TransferTotals(requests, prompt * 327_680, 0.004 * requests, 0, 0),
                Map.of("prefill-0/vllm:prompt_tokens_total{model_name=\"m\"}", (double) prompt),
                problems);
    }

    private void request(int index) {
        boolean first = index < DOCUMENTS;
        long prefill = (long) ((first ? cold() : 60 * MS) * (0.95 + 0.1 * random.nextDouble()));
        long sent = now;
        long received = sent + MS / 3;
        long prefillSent = received + MS / 2;
        long answered = prefillSent + prefill;
        long decodeSent = answered + MS / 4;
        long first2 = decodeSent + 38 * MS + random.nextInt((int) (12 * MS));
        long[] tokens = new long[OUTPUT_TOKENS];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = first2 + MS / 3 + 25L * i * MS;
        }
        String id = "run-" + state + "-" + index;
        now = tokens[tokens.length - 1] + MS;
        records.add(new RequestRecord(
                index,
                index,
                id,
                sent,
                sent,
                tokens,
                now,
                OUTPUT_TOKENS,
                20_000,
                "text",
                Optional.of("length"),
                Optional.empty()));
        hops.put(
                id,
                new HopTimeline(
                        id,
                        "prefill-0",
                        "decode-0",
                        received,
                        prefillSent,
                        answered,
                        decodeSent,
                        first2,
                        now,
                        19_968,
                        20_000));
    }

    private long cold() {
        return switch (state) {
            case EMPTY -> 1_690 * MS;
            case S3_ONLY, S3_AFTER_RESTART -> 690 * MS;
            case WARM -> 60 * MS;
        };
    }

    private static Topology topology() {
        ModelSpec model = new ModelSpec("meta-llama/Llama-3.1-70B", 70_553_706_496L, 80, 8192, 8, 128, 2, 131_072);
        return new Topology(
                "nixl-s3",
                model,
                List.of(node(NodeRole.PREFILL, Accelerator.ROCM), node(NodeRole.DECODE, Accelerator.GAUDI)),
                new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), false),
                Optional.empty());
    }

    private static NodeSpec node(NodeRole role, Accelerator accelerator) {
        return new NodeSpec(
                role, 0, accelerator, 8, 128, "127.0.0.1", OptionalInt.empty(), Optional.empty(), Map.of(), List.of());
    }
}
