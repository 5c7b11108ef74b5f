package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.core.Sequence.Phase;
import dev.vllmjunit.engine.core.StepPlan.Chunk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Decides what each step computes, in vLLM's way: running sequences first, then loaded ones, then waiting ones in order of arrival
 * as long as blocks and budget last; a long prompt is computed in chunks. A prompt gets all its blocks when it is admitted. When a
 * running sequence finds no block, the one that was admitted last loses its own and waits again. Only the engine's thread calls it.
 */
final class Scheduler implements ExternalKv.Loads {

    /** vLLM's {@code max_num_seqs} on a large accelerator. */
    private static final int MAX_RUNNING = 1024;

    private final EngineConfig config;
    private final BlockPool pool;
    private final EngineMetrics metrics;
    private Function<Sequence, ExternalKv> external = sequence -> ExternalKv.NONE;

    private final Map<String, Sequence> all = new HashMap<>();
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> holding = new ArrayList<>();
    private final List<Sequence> running = new ArrayList<>();

    Scheduler(EngineConfig config, BlockPool pool, EngineMetrics metrics) {
        this.config = config;
        this.pool = pool;
        this.metrics = metrics;
    }

    /** Says where a sequence's prompt may lie besides on the device. */
    void lookIn(Function<Sequence, ExternalKv> externalOf) {
        external = externalOf;
    }

    /** Queues a sequence; false if one with its id is here already. */
    boolean add(Sequence sequence) {
        boolean isNew = all.putIfAbsent(sequence.id(), sequence) == null;
        if (isNew) {
            waiting.addLast(sequence);
        }
        return isNew;
    }

    boolean isIdle() {
        return all.isEmpty();
    }

    int runningCount() {
        return running.size();
    }

    int waitingCount() {
        return waiting.size() + holding.size();
    }

    /** Sequences that have not been given blocks to pull their prompt into. */
    List<Sequence> waitingForPull() {
        return waiting.stream().filter(Sequence::pullPending).toList();
    }

    /** What to compute in the step that begins now; empty if there is nothing that can be computed. */
    StepPlan plan(long now) {
        Planning planning = new Planning(now);
        boolean preempted = planning.continueRunning();
        if (!preempted || planning.chunks.isEmpty()) {
            planning.startLoaded();
            planning.admitWaiting();
        }
        return new StepPlan(planning.chunks);
    }

    /** Makes the full ones of a sequence's leading {@code tokens} tokens known to the prefix cache. */
    void cacheBlocks(Sequence sequence, int tokens) {
        int full = tokens / config.blockSize();
        for (int i = sequence.cachedBlocks(); i < full; i++) {
            pool.cache(sequence.block(i), sequence.hashes().get(i));
        }
        sequence.cachedBlocks(Math.max(full, sequence.cachedBlocks()));
    }

    @Override
    public void loaded(Sequence sequence, int tokens) {
        if (sequence.preemptions() == 0) {
            PromptSources sources = sequence.sources();
            sources.set(sources.local(), tokens - sources.local());
        }
        cacheBlocks(sequence, tokens);
        sequence.computed(Math.min(tokens, sequence.count() - 1));
        if (tokens > 0 && sequence.computed() == 0) {
            // vLLM takes a loaded prompt of one token, which is computed again, for one that it has not looked up yet.
            sequence.sources().set(0, 0);
            metrics.admitted(sequence, 0, 0, external.apply(sequence).source());
        }
        sequence.enter(Phase.LOADED);
    }

    @Override
    public void failed(Sequence sequence, String message) {
        if (sequence.phase() != Phase.OVER) {
            remove(sequence, 0);
            metrics.failed();
            Calls.safely(() -> sequence.listener().onError(message));
        }
    }

    /** Ends a sequence nobody waits for any more. */
    void abort(String requestId) {
        Sequence sequence = all.get(requestId);
        if (sequence == null) {
            return;
        }
        if (sequence.pullPending()) {
            external.apply(sequence).abandon(sequence);
        }
        remove(sequence, 0);
    }

    /** Fails everything that is here. */
    void failAll(String message) {
        for (Sequence sequence : List.copyOf(all.values())) {
            failed(sequence, message);
        }
    }

    /** Takes a sequence out and gives its blocks back, except the first {@code keptBlocks}, which become the caller's. */
    void remove(Sequence sequence, int keptBlocks) {
        all.remove(sequence.id());
        Collection<Sequence> queue =
                switch (sequence.phase()) {
                    case WAITING -> waiting;
                    case LOADING, LOADED -> holding;
                    case RUNNING -> running;
                    case OVER -> List.of();
                };
        queue.remove(sequence);
        sequence.enter(Phase.OVER);
        int[] blocks = sequence.blocks(sequence.blockCount());
        int[] freed = Arrays.copyOfRange(blocks, keptBlocks, blocks.length);
        pool.release(freed, freed.length);
        sequence.dropBlocks();
    }

    /** One step's planning. */
    private final class Planning {

        private final long now;
        private final List<Chunk> chunks = new ArrayList<>();
        private int budget = config.maxBatchedTokens();

        private Planning(long now) {
            this.now = now;
        }

        /** Returns whether a sequence was preempted. */
        boolean continueRunning() {
            boolean preempted = false;
            for (int i = 0; i < running.size() && budget > 0; i++) {
                Sequence sequence = running.get(i);
                while (!haveBlocks(sequence) && sequence.phase() == Phase.RUNNING) {
                    preempt(running.get(running.size() - 1));
                    preempted = true;
                }
                if (sequence.phase() == Phase.RUNNING) {
                    schedule(sequence);
                }
            }
            return preempted;
        }

        void startLoaded() {
            for (Iterator<Sequence> all = holding.iterator(); all.hasNext() && hasRoom(); ) {
                Sequence sequence = all.next();
                if (sequence.phase() == Phase.LOADED) {
                    all.remove();
                    start(sequence);
                }
            }
        }

        void admitWaiting() {
            boolean blocksLast = true;
            for (Iterator<Sequence> all = waiting.iterator(); all.hasNext() && hasRoom() && blocksLast; ) {
                Sequence sequence = all.next();
                int hits = pool.hits(sequence.hashes(), (sequence.count() - 1) / config.blockSize());
                int local = hits * config.blockSize();
                int beyond = external.apply(sequence).tokensBeyond(sequence, local);
                if (beyond == ExternalKv.UNKNOWN) {
                    continue;
                }
                blocksLast = fits(sequence, hits);
                if (blocksLast) {
                    all.remove();
                    admit(sequence, hits, beyond);
                }
            }
        }

        private boolean hasRoom() {
            return budget > 0 && running.size() < MAX_RUNNING;
        }

        private boolean fits(Sequence sequence, int hits) {
            int fresh = config.blocksFor(sequence.count()) - hits;
            return fresh + pool.freeAmong(sequence.hashes(), hits) <= pool.freeBlocks();
        }

        private void admit(Sequence sequence, int hits, int beyond) {
            for (int i = 0; i < hits; i++) {
                sequence.addBlock(pool.take(sequence.hashes().get(i)));
            }
            sequence.cachedBlocks(hits);
            while (sequence.blockCount() < config.blocksFor(sequence.count())) {
                sequence.addBlock(pool.allocate());
            }
            int local = hits * config.blockSize();
            sequence.computed(local);
            ExternalKv source = external.apply(sequence);
            if (sequence.preemptions() == 0) {
                sequence.sources().set(local, beyond);
                metrics.admitted(sequence, local, beyond, source.source());
            }
            if (beyond > 0) {
                sequence.enter(Phase.LOADING);
                holding.add(sequence);
                source.load(sequence, local);
            } else {
                start(sequence);
            }
        }

        private void start(Sequence sequence) {
            sequence.enter(Phase.RUNNING);
            sequence.times().scheduled(now);
            running.add(sequence);
            schedule(sequence);
        }

        private void schedule(Sequence sequence) {
            int from = sequence.computed();
            int to = Math.min(sequence.count(), from + budget);
            chunks.add(new Chunk(sequence, from, to));
            budget -= to - from;
        }

        private boolean haveBlocks(Sequence sequence) {
            boolean enough = sequence.blockCount() >= config.blocksFor(sequence.count());
            if (!enough && pool.freeBlocks() > 0) {
                sequence.addBlock(pool.allocate());
                return true;
            }
            return enough;
        }

        private void preempt(Sequence sequence) {
            running.remove(sequence);
            pool.release(sequence.blocks(sequence.blockCount()), sequence.blockCount());
            sequence.dropBlocks();
            sequence.preempted();
            sequence.enter(Phase.WAITING);
            waiting.addFirst(sequence);
            metrics.preempted();
        }
    }
}
