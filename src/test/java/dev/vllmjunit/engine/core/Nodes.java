package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.evidence.MetricsSnapshot;
import dev.vllmjunit.evidence.PrometheusText;
import dev.vllmjunit.topology.ModelSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Small engines for tests, closed together. */
final class Nodes implements AutoCloseable {

    /** 256 KV bytes per token at full size. */
    static final ModelSpec MODEL = new ModelSpec("tiny/model", 1_000_000, 2, 64, 2, 16, 2, 8192);

    static final int BLOCK = 16;
    static final int SCALE = 4;

    private static final AtomicInteger IDS = new AtomicInteger();
    private final List<EmbeddedEngine> engines = new ArrayList<>();

    /** What a test may want different. */
    record Setup(int blockSize, long cacheTokens, int budget, Duration lease, CostModel cost, Optional<FakeTier> tier) {

        static final Setup DEFAULT =
                new Setup(BLOCK, 4096, 512, Duration.ofSeconds(30), FixedCost.FREE, Optional.empty());

        Setup blockSize(int tokens) {
            return new Setup(tokens, cacheTokens, budget, lease, cost, tier);
        }

        Setup cacheTokens(long tokens) {
            return new Setup(blockSize, tokens, budget, lease, cost, tier);
        }

        Setup budget(int tokens) {
            return new Setup(blockSize, cacheTokens, tokens, lease, cost, tier);
        }

        Setup lease(Duration duration) {
            return new Setup(blockSize, cacheTokens, budget, duration, cost, tier);
        }

        Setup cost(CostModel model) {
            return new Setup(blockSize, cacheTokens, budget, lease, model, tier);
        }

        Setup tier(FakeTier server) {
            return new Setup(blockSize, cacheTokens, budget, lease, cost, Optional.of(server));
        }

        EngineConfig config(String name) {
            return config(name, MODEL, SCALE);
        }

        EngineConfig config(String name, ModelSpec model, int scale) {
            return new EngineConfig(
                    name,
                    model,
                    IntStream.range(1000, 2000).toArray(),
                    blockSize,
                    cacheTokens + blockSize,
                    budget,
                    scale,
                    lease,
                    OptionalInt.empty(),
                    cost,
                    tier.map(server -> server));
        }
    }

    EmbeddedEngine start(Setup setup) {
        return start(setup.config("node-" + engines.size()));
    }

    EmbeddedEngine start(EngineConfig config) {
        EmbeddedEngine engine = EmbeddedEngine.start(config);
        engines.add(engine);
        return engine;
    }

    /** A prompt whose tokens differ with the seed. */
    static int[] prompt(int seed, int tokens) {
        return IntStream.range(0, tokens).map(i -> seed * 100_003 + i * 7).toArray();
    }

    static GenerationRequest request(int[] prompt, int maxTokens) {
        return new GenerationRequest(nextId(), prompt, maxTokens, true, Optional.empty(), false, Optional.empty());
    }

    static GenerationRequest salted(int[] prompt, int maxTokens, String salt) {
        return new GenerationRequest(nextId(), prompt, maxTokens, true, Optional.of(salt), false, Optional.empty());
    }

    static GenerationRequest prefill(int[] prompt) {
        return new GenerationRequest(nextId(), prompt, 1, true, Optional.empty(), true, Optional.empty());
    }

    static GenerationRequest decode(int[] prompt, int maxTokens, RemoteKv remote) {
        return new GenerationRequest(nextId(), prompt, maxTokens, true, Optional.empty(), false, Optional.of(remote));
    }

    static Answer send(Engine engine, GenerationRequest request) {
        Answer answer = new Answer();
        engine.submit(request, answer);
        return answer;
    }

    static MetricsSnapshot metrics(Engine engine) {
        return PrometheusText.parse(engine.scrape());
    }

    static double bySource(Engine engine, String source) {
        return metrics(engine).sum("vllm:prompt_tokens_by_source_total", Map.of("source", source));
    }

    static double cachedBySource(Engine engine, String source) {
        return metrics(engine).sum("vllm:prompt_tokens_cached_by_source_total", Map.of("source", source));
    }

    private static String nextId() {
        return "cmpl-" + IDS.incrementAndGet();
    }

    @Override
    public void close() {
        engines.forEach(EmbeddedEngine::close);
    }
}
