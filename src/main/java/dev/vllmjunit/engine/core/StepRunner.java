package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.core.Sequence.Phase;
import dev.vllmjunit.engine.core.StepPlan.Chunk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Computes a step's KV, then samples what it allows and tells the listeners. Only the engine's thread calls it. */
final class StepRunner {

    private final EngineConfig config;
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final Leases leases;
    private final Optional<TierAccess> tier;
    private final EngineMetrics metrics;
    private final String engineId;
    private final int sideChannelPort;

    StepRunner(
            EngineConfig config,
            BlockPool pool,
            Scheduler scheduler,
            Leases leases,
            Optional<TierAccess> tier,
            EngineMetrics metrics,
            String engineId,
            int sideChannelPort) {
        this.config = config;
        this.pool = pool;
        this.scheduler = scheduler;
        this.leases = leases;
        this.tier = tier;
        this.metrics = metrics;
        this.engineId = engineId;
        this.sideChannelPort = sideChannelPort;
    }

    /** How long the model says the step takes. */
    long modelledNanos(StepPlan plan) {
        long nanos = 0;
        int decodes = 0;
        long context = 0;
        for (Chunk chunk : plan.chunks()) {
            if (chunk.isDecode()) {
                decodes++;
                context += chunk.to();
            } else {
                nanos += config.cost().prefillNanos(chunk.tokens(), chunk.from());
            }
        }
        return decodes == 0 ? nanos : nanos + config.cost().decodeStepNanos(decodes, context);
    }

    /** Writes the KV of the step's tokens into the blocks. */
    void compute(StepPlan plan) {
        for (Chunk chunk : plan.chunks()) {
            Sequence sequence = chunk.sequence();
            sequence.kv().compute(sequence, chunk.from(), chunk.to());
            if (chunk.samples() && sequence.sampler() == null) {
                long digest = sequence.kv().digest(sequence, sequence.promptLength());
                sequence.sampler(new OutputSampler(config.vocabulary(), digest));
            }
        }
    }

    /** Ends a step whose time has passed. */
    void complete(StepPlan plan, long now) {
        int tokens = 0;
        for (Chunk chunk : plan.chunks()) {
            Sequence sequence = chunk.sequence();
            sequence.computed(chunk.to());
            scheduler.cacheBlocks(sequence, chunk.to());
            tier.ifPresent(server -> server.store(sequence));
            if (chunk.samples()) {
                tokens += 1
                        + (sequence.outputs() == 0
                                ? sequence.promptLength() - sequence.sources().cached()
                                : 0);
                sample(sequence, now);
            }
        }
        if (tokens > 0) {
            metrics.step(tokens);
        }
    }

    private void sample(Sequence sequence, long now) {
        OutputSampler sampler = sequence.sampler();
        if (sampler == null) {
            throw new IllegalStateException("request " + sequence.id() + " samples before its prompt is computed");
        }
        OutputSampler.Sampled sampled = sampler.next();
        metrics.token(sequence, now);
        sequence.times().token(now);
        sequence.append(sampled.token());
        if (!Calls.safely(() -> sequence.listener().onToken(sampled.token(), sampled.logprob()))) {
            scheduler.abort(sequence.id());
            return;
        }
        String reason = finishReason(sequence, sampled);
        if (reason != null) {
            finish(sequence, reason, now);
        }
    }

    private @Nullable String finishReason(Sequence sequence, OutputSampler.Sampled sampled) {
        if (sampled.endsSequence() && !sequence.request().ignoreEos()) {
            return "stop";
        }
        boolean full = sequence.outputs() >= sequence.request().maxTokens()
                || sequence.count() >= config.model().maxModelLength();
        return full ? "length" : null;
    }

    private void finish(Sequence sequence, String reason, long now) {
        metrics.finished(reason, sequence, now);
        int cached = sequence.sources().cached();
        Optional<RemoteKv> remote = Optional.empty();
        if (sequence.request().remoteDecode() && sequence.phase() != Phase.OVER) {
            remote = Optional.of(lease(sequence, cached));
        } else {
            scheduler.remove(sequence, 0);
        }
        Optional<RemoteKv> offered = remote;
        Calls.safely(() -> sequence.listener().onFinished(reason, cached, offered));
    }

    private RemoteKv lease(Sequence sequence, int cached) {
        int tokens = sequence.promptLength();
        int[] blocks = sequence.blocks(config.blocksFor(tokens));
        List<byte[]> content = new ArrayList<>(blocks.length);
        for (int block : blocks) {
            content.add(pool.bytes(block));
        }
        scheduler.remove(sequence, blocks.length);
        leases.grant(new Lease(
                sequence.id(),
                blocks,
                content,
                tokens,
                Leases.promptKey(sequence.request().promptTokens())));
        return new RemoteKv(engineId, sequence.id(), SideChannelServer.HOST, sideChannelPort, blocks, tokens, cached);
    }
}
