package dev.vllmjunit.engine.core;

import dev.vllmjunit.engine.tier.KvCacheTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inside of one embedded vLLM node. Real: continuous batching, chunked prefill, block prefix cache, KV bytes (scaled down by
 * {@link EngineConfig#kvScale()}) moved over sockets, metrics. Modelled: the time that a step, a load or a transfer takes at
 * least, from {@link EngineConfig#cost()}. Output tokens are a function of the KV content that the engine holds.
 */
public final class EmbeddedEngine implements Engine {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedEngine.class);
    private static final long CLOSE_MILLIS = 10_000;

    private final EngineConfig config;
    private final String engineId = UUID.randomUUID().toString();
    private final Mailbox mailbox = new Mailbox();
    private final EngineMetrics metrics;
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final EngineThreads threads;
    private final SideChannelServer server;
    private final SideChannelClient client;
    private final EngineLoop loop;
    private final Thread thread;
    private final Gate gate = new Gate();
    private volatile boolean closed;

    private EmbeddedEngine(EngineConfig config, EngineThreads threads) throws IOException {
        this.config = config;
        this.threads = threads;
        metrics = new EngineMetrics(config);
        pool = new BlockPool(config.blocks(), config.blockBytes());
        scheduler = new Scheduler(config, pool, metrics);
        PeerIdentity identity = PeerIdentity.of(engineId, config);
        client = new SideChannelClient(identity, config.blockBytes());
        RemotePull pulls = new RemotePull(
                config, pool, client, threads.pulling(), mailbox, scheduler, metrics.transfers(), () -> closed);
        Optional<TierAccess> tier = config.tier()
                .map(cacheServer -> new TierAccess(cacheServer, config, pool, mailbox, scheduler, threads.storing()));
        ExternalKv behind = tier.<ExternalKv>map(access -> access).orElse(ExternalKv.NONE);
        scheduler.lookIn(sequence -> sequence.pullPending() ? pulls : behind);
        Leases leases = new Leases(config.lease());
        server = SideChannelServer.start(
                config.sideChannelPort().orElse(0), identity, leases, this::takeBack, threads.serving(), gate);
        StepRunner steps = new StepRunner(config, pool, scheduler, leases, tier, metrics, engineId, server.port());
        loop = new EngineLoop(config, mailbox, pool, scheduler, steps, leases, pulls, metrics, gate);
        thread = threads.engine(loop);
        mailbox.readBy(thread);
    }

    /**
     * Starts an engine.
     *
     * @throws UncheckedIOException if its side channel port cannot be bound
     */
    public static EmbeddedEngine start(EngineConfig config) {
        EngineThreads threads = new EngineThreads(config.name());
        try {
            EmbeddedEngine engine = new EmbeddedEngine(config, threads);
            engine.thread.start();
            return engine;
        } catch (IOException e) {
            threads.close();
            throw new UncheckedIOException("engine " + config.name() + " cannot start: " + e.getMessage(), e);
        }
    }

    /** The id that decode nodes must name: fresh for every engine. */
    public String engineId() {
        return engineId;
    }

    /** Where decode nodes pull KV from, on the loopback interface. */
    public int sideChannelPort() {
        return server.port();
    }

    @Override
    public void submit(GenerationRequest request, GenerationListener listener) {
        Sequence sequence = new Sequence(request, listener, config, pool);
        arrive(() -> queue(sequence));
    }

    @Override
    public void abort(String requestId) {
        arrive(() -> scheduler.abort(requestId));
    }

    @Override
    public boolean resetPrefixCache(boolean external) {
        boolean dropped = loop.resetPrefixCache();
        if (external) {
            config.tier().ifPresent(KvCacheTier::dropHostTier);
        }
        return dropped;
    }

    @Override
    public boolean healthy() {
        return !closed && thread.isAlive();
    }

    @Override
    public String scrape() {
        return metrics.scrape();
    }

    /** Blocks held by requests and leases. */
    int heldBlocks() {
        return loop.heldBlocks();
    }

    /** The block pool, whose content a test may damage. */
    BlockPool pool() {
        return pool;
    }

    /** Stops in what it does: no step is computed, and nobody gets an answer on the side channel. */
    public void pause() {
        gate.shut();
    }

    /** Goes on after {@link #pause}. */
    public void resume() {
        gate.open();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        gate.open();
        loop.stop();
        awaitEngine();
        server.close();
        try {
            client.close();
        } catch (IOException e) {
            LOG.debug("closing the side channels of engine {}", config.name(), e);
        }
        threads.close();
        loop.end();
    }

    private void queue(Sequence sequence) {
        long longest = (long) sequence.promptLength() + sequence.request().maxTokens();
        long allowed = Math.max(sequence.promptLength(), config.model().maxModelLength());
        int needed = config.blocksFor((int) Math.min(longest, allowed));
        if (needed > pool.size()) {
            refuse(
                    sequence,
                    "request " + sequence.id() + " needs " + needed + " KV cache blocks for "
                            + sequence.promptLength() + " prompt and "
                            + sequence.request().maxTokens() + " output tokens; engine "
                            + config.name() + " has " + pool.size() + " blocks of " + config.blockSize()
                            + " tokens, raise its cacheTokens or send less");
        } else if (!scheduler.add(sequence)) {
            refuse(sequence, "request id " + sequence.id() + " is in use; every request needs an id of its own");
        }
    }

    private void refuse(Sequence sequence, String message) {
        metrics.failed();
        Calls.safely(() -> sequence.listener().onError(message));
    }

    private void takeBack(Lease lease) {
        hand(() -> pool.release(lease.blocks(), lease.blocks().length));
    }

    /** Hands over what came from outside, as late as the model says; everything as late, so that nothing overtakes. */
    private void arrive(Runnable work) {
        long late = config.cost().requestNanos();
        if (late == 0) {
            hand(work);
        } else {
            CompletableFuture.delayedExecutor(late, TimeUnit.NANOSECONDS, Runnable::run)
                    .execute(() -> hand(work));
        }
    }

    /** Hands work to the engine's thread; when that is gone, does it here so that nothing waits for ever. */
    private void hand(Runnable work) {
        mailbox.post(work);
        if (!thread.isAlive() && thread.getState() == Thread.State.TERMINATED) {
            loop.end();
        }
    }

    private void awaitEngine() {
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
