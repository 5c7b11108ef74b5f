package dev.vllmjunit.evidence;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.router.HopTimeline;
import dev.vllmjunit.topology.Accelerator;
import dev.vllmjunit.topology.KvTransferSpec;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Builds results for tests: valid and plausible unless told otherwise. Without a call, 30 requests of 20,000 prompt tokens and 16
 * output tokens with a TTFT of 2 s and a gap of 20 ms between tokens, one after the other, all computed, modelled.
 */
public final class Results {

    private static final int PROMPT = 20_000;

    private CacheState state = CacheState.EMPTY;
    private String workload = "10 documents x 20000 tokens, 3 rounds, random";
    private String model = "meta-llama/Llama-3.1-70B";
    private String stack = "embedded";
    private boolean modelled = true;
    private int tensorParallelism = 8;
    private double[] ttftMillis = constant(30, 2_000);
    private double gapMillis = 20;
    private int outputTokens = 16;
    private int documents = Integer.MAX_VALUE;
    private String run = "request";
    private double[] cachedShare = {0, 0, 0};
    private boolean hops = true;
    private Instant startedAt = Instant.parse("2026-01-01T00:00:00Z");
    private Map<String, String> facts = Map.of();
    private Map<String, Double> metrics = Map.of("cache-server/lmcache_mp_lookup_hit_l2_tokens_total", 1.0);
    private final List<Problem> problems = new ArrayList<>();

    private Results() {}

    /** A cold run. */
    public static Results cold() {
        return new Results();
    }

    /** A run with S3_ONLY caches: TTFT 500 ms, a third of the hits from S3 and the rest from the prefill node's own cache. */
    public static Results warm() {
        return new Results().state(CacheState.S3_ONLY).ttft(constant(30, 500)).cached(0.6, 0, 0.3);
    }

    /** So many times the same value. */
    public static double[] constant(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    public Results state(CacheState asked) {
        this.state = asked;
        return this;
    }

    public Results workload(String name) {
        this.workload = name;
        return this;
    }

    public Results model(String id) {
        this.model = id;
        return this;
    }

    public Results stack(String name, boolean timesModelled) {
        this.stack = name;
        this.modelled = timesModelled;
        return this;
    }

    public Results tensorParallelism(int ranks) {
        this.tensorParallelism = ranks;
        return this;
    }

    /** One request per value, in milliseconds. */
    public Results ttft(double... millis) {
        this.ttftMillis = millis.clone();
        return this;
    }

    /** So many documents, asked about in turns; without this call, each request asks about its own. */
    public Results documents(int count) {
        this.documents = count;
        return this;
    }

    /** Requests are named after their run; without it, {@code request}. */
    public Results run(String id) {
        run = id;
        return this;
    }

    public Results output(int tokens, double gapInMillis) {
        this.outputTokens = tokens;
        this.gapMillis = gapInMillis;
        return this;
    }

    /** Shares of the prompt tokens by tier; the rest is computed. */
    public Results cached(double device, double host, double s3) {
        this.cachedShare = new double[] {device, host, s3};
        return this;
    }

    public Results startedAt(Instant time) {
        this.startedAt = time;
        return this;
    }

    public Results facts(Map<String, String> values) {
        this.facts = values;
        return this;
    }

    public Results withoutHops() {
        this.hops = false;
        return this;
    }

    public Results metrics(Map<String, Double> deltas) {
        this.metrics = deltas;
        return this;
    }

    public Results problem(InvalidReason reason, String detail) {
        problems.add(new Problem(reason, detail));
        return this;
    }

    public BenchmarkResult build() {
        List<RequestRecord> requests = new ArrayList<>();
        Map<String, HopTimeline> timelines = new TreeMap<>();
        long start = 1_000_000_000L;
        for (int i = 0; i < ttftMillis.length; i++) {
            RequestRecord request = request(i, start);
            requests.add(request);
            timelines.put(request.requestId(), hop(request));
            start = request.endNanos();
        }
        Duration duration = Duration.ofNanos(start - 1_000_000_000L);
        return new BenchmarkResult(
                conditions(),
                duration,
                requests,
                hops ? timelines : Map.of(),
                tokens(),
                transfers(),
                metrics,
                problems);
    }

    private RequestRecord request(int index, long start) {
        long first = start + Math.round(ttftMillis[index] * 1e6);
        long[] tokens = new long[outputTokens];
        for (int i = 0; i < outputTokens; i++) {
            tokens[i] = first + Math.round(i * gapMillis * 1e6);
        }
        return new RequestRecord(
                index,
                index % documents,
                run + "-" + index,
                start,
                start,
                tokens,
                tokens[outputTokens - 1],
                outputTokens,
                PROMPT,
                "hi",
                Optional.of("length"),
                Optional.empty());
    }

    /** Prefill has four fifths of the TTFT, decode the rest. */
    private static HopTimeline hop(RequestRecord request) {
        long sent = request.sentNanos();
        long answered = sent + request.timeToFirstTokenNanos() * 4 / 5;
        return new HopTimeline(
                request.requestId(),
                "prefill-0",
                "decode-0",
                sent,
                sent,
                answered,
                answered,
                request.tokenNanos()[0],
                request.endNanos(),
                0,
                PROMPT);
    }

    private TokenAccount tokens() {
        long prompt = (long) PROMPT * ttftMillis.length;
        long device = Math.round(prompt * cachedShare[0]);
        long host = Math.round(prompt * cachedShare[1]);
        long s3 = Math.round(prompt * cachedShare[2]);
        long generated = (long) outputTokens * ttftMillis.length;
        return new TokenAccount(prompt, prompt - device - host - s3, device, host, s3, prompt, 0, generated);
    }

    /** 164 ms each. */
    private TransferTotals transfers() {
        long count = ttftMillis.length;
        return new TransferTotals(count, count * PROMPT * model().kvBytesPerToken(), count * 0.164, 0, 0);
    }

    private RunConditions conditions() {
        return new RunConditions(topology(), stack, modelled, workload, state, startedAt, facts);
    }

    private Topology topology() {
        return new Topology(
                "nixl-s3",
                model(),
                List.of(node(NodeRole.PREFILL, Accelerator.ROCM), node(NodeRole.DECODE, Accelerator.GAUDI)),
                new KvTransferSpec("NixlConnector", "cpu", OptionalInt.empty(), Duration.ofSeconds(30), false),
                Optional.of(
                        new S3CacheSpec("nixl", Optional.empty(), "us-east-1", true, S3CacheSpec.Writer.LMCACHE, 256)));
    }

    private ModelSpec model() {
        return new ModelSpec(model, 70_553_706_496L, 80, 8_192, 8, 128, 2, 131_072);
    }

    private NodeSpec node(NodeRole role, Accelerator accelerator) {
        return new NodeSpec(
                role,
                0,
                accelerator,
                tensorParallelism,
                16,
                "127.0.0.1",
                OptionalInt.empty(),
                Optional.empty(),
                Map.of(),
                List.of());
    }
}
