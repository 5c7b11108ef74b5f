package dev.vllmjunit.engine.core;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's one thread: takes what was posted, plans a step, computes it, lets its modelled time pass, and ends it. */
final class EngineLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);
    private static final long IDLE_NANOS = 1_000_000_000L;
    private static final long WATCHFUL_NANOS = 20_000_000L;

    /** vLLM renews a lease six times in its length. */
    private static final int RENEWALS_PER_LEASE = 6;

    private final EngineConfig config;
    private final Mailbox mailbox;
    private final BlockPool pool;
    private final Scheduler scheduler;
    private final StepRunner steps;
    private final Leases leases;
    private final RemotePull pulls;
    private final EngineMetrics metrics;
    private final Gate gate;
    private long nextRenewal;
    private volatile boolean stopped;

    EngineLoop(
            EngineConfig config,
            Mailbox mailbox,
            BlockPool pool,
            Scheduler scheduler,
            StepRunner steps,
            Leases leases,
            RemotePull pulls,
            EngineMetrics metrics,
            Gate gate) {
        this.config = config;
        this.mailbox = mailbox;
        this.pool = pool;
        this.scheduler = scheduler;
        this.steps = steps;
        this.leases = leases;
        this.pulls = pulls;
        this.metrics = metrics;
        this.gate = gate;
    }

    /** Ends the loop before its next step. */
    void stop() {
        stopped = true;
        mailbox.post(() -> {});
    }

    @Override
    public void run() {
        try {
            while (!stopped) {
                gate.pass();
                iterate();
            }
        } catch (RuntimeException | Error e) {
            LOG.error("engine {} died", config.name(), e);
            throw e;
        } finally {
            stopped = true;
            end();
        }
    }

    /** Fails what is left, also what was posted after the loop ended. */
    synchronized void end() {
        mailbox.drain();
        scheduler.failAll("engine " + config.name() + " was closed");
        showLevels();
    }

    /** Drops the prefix cache unless blocks are held. */
    synchronized boolean resetPrefixCache() {
        return pool.reset();
    }

    /** Blocks held by requests and leases. */
    synchronized int heldBlocks() {
        return pool.heldBlocks();
    }

    private void iterate() {
        StepPlan plan;
        long start;
        synchronized (this) {
            mailbox.drain();
            start = System.nanoTime();
            watchLeases(start);
            plan = scheduler.plan(start);
            showLevels();
            steps.compute(plan);
        }
        if (plan.isEmpty()) {
            idle();
            return;
        }
        Pacing.waitUntil(start + steps.modelledNanos(plan), () -> stopped);
        gate.pass();
        synchronized (this) {
            if (!stopped) {
                steps.complete(plan, System.nanoTime());
                showLevels();
            }
        }
    }

    private void idle() {
        boolean nothingToWatch = scheduler.isIdle() && leases.isEmpty();
        if (mailbox.isEmpty()) {
            LockSupport.parkNanos(nothingToWatch ? IDLE_NANOS : WATCHFUL_NANOS);
        }
    }

    private void watchLeases(long now) {
        for (Lease lease : leases.expired(now)) {
            LOG.warn(
                    "Releasing expired KV blocks for request {} which were retrieved by 0 remote worker(s) before lease"
                            + " expired.",
                    lease.requestId());
            pool.release(lease.blocks(), lease.blocks().length);
            metrics.transfers().expired();
        }
        if (now - nextRenewal >= 0) {
            nextRenewal = now + config.lease().toNanos() / RENEWALS_PER_LEASE;
            pulls.renew(scheduler.waitingForPull());
        }
    }

    private void showLevels() {
        metrics.levels(scheduler.runningCount(), scheduler.waitingCount(), (double) pool.heldBlocks() / pool.size());
    }
}
