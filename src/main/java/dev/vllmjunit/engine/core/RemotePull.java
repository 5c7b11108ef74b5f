package dev.vllmjunit.engine.core;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decode node's way to the prompts that prefill nodes computed, with the rules of vLLM's NixlConnector: what the device does not
 * have is pulled, in whole blocks and for the whole prompt; a failed pull fails the request (kv_load_failure_policy=fail).
 */
final class RemotePull implements ExternalKv {

    private static final Logger LOG = LoggerFactory.getLogger(RemotePull.class);

    private final EngineConfig config;
    private final BlockPool pool;
    private final SideChannelClient client;
    private final Executor pulling;
    private final Mailbox mailbox;
    private final Loads loads;
    private final TransferMetrics metrics;
    private final BooleanSupplier closed;
    private final Link link = new Link();

    RemotePull(
            EngineConfig config,
            BlockPool pool,
            SideChannelClient client,
            Executor pulling,
            Mailbox mailbox,
            Loads loads,
            TransferMetrics metrics,
            BooleanSupplier closed) {
        this.config = config;
        this.pool = pool;
        this.client = client;
        this.pulling = pulling;
        this.mailbox = mailbox;
        this.loads = loads;
        this.metrics = metrics;
        this.closed = closed;
    }

    @Override
    public int tokensBeyond(Sequence sequence, int localTokens) {
        return sequence.promptLength() - localTokens;
    }

    @Override
    public void load(Sequence sequence, int localTokens) {
        RemoteKv remote = remote(sequence);
        sequence.pulled();
        pulling.execute(() -> pull(sequence, remote, localTokens / config.blockSize()));
    }

    @Override
    public void abandon(Sequence sequence) {
        RemoteKv remote = remote(sequence);
        pulling.execute(() -> tell("release", remote, session -> session.release(List.of(remote.requestId()))));
    }

    @Override
    public String source() {
        return "p2p";
    }

    /** Keeps alive what is kept for sequences that cannot ask for it yet. */
    void renew(Collection<Sequence> waiting) {
        Map<String, List<RemoteKv>> byEngine =
                waiting.stream().map(RemotePull::remote).collect(Collectors.groupingBy(RemoteKv::engineId));
        byEngine.values()
                .forEach(kept -> pulling.execute(() -> tell(
                        "renewal",
                        kept.get(0),
                        session -> session.renew(
                                kept.stream().map(RemoteKv::requestId).toList()))));
    }

    private void pull(Sequence sequence, RemoteKv remote, int firstBlock) {
        try {
            List<byte[]> blocks = transfer(sequence, remote, firstBlock);
            mailbox.post(() -> arrived(sequence, firstBlock, blocks));
        } catch (IOException e) {
            String message = "NIXL transfer of the KV blocks of request " + remote.requestId() + " failed: "
                    + e.getMessage() + " (kv_load_failure_policy=fail)";
            mailbox.post(() -> {
                metrics.failed();
                loads.failed(sequence, message);
            });
        }
    }

    private List<byte[]> transfer(Sequence sequence, RemoteKv remote, int firstBlock) throws IOException {
        try (SideChannelClient.Session session = client.connect(remote)) {
            int[] prompt = sequence.request().promptTokens();
            requireWhole(remote, prompt.length);
            int[] wanted = Arrays.copyOfRange(remote.blockIds(), firstBlock, remote.blockIds().length);
            long start = System.nanoTime();
            long bytes =
                    (long) wanted.length * config.blockSize() * config.model().kvBytesPerToken();
            long deadline = link.reserve(start, config.cost().transferNanos(bytes));
            List<byte[]> blocks = session.pull(
                    new PullRequest(remote.requestId(), Leases.promptKey(prompt), prompt.length, firstBlock, wanted));
            long posted = System.nanoTime();
            Pacing.waitUntil(deadline, closed);
            metrics.transferred(
                    System.nanoTime() - start, posted - start, bytes, descriptors(sequence, firstBlock, wanted));
            notifyDone(session, remote);
            return blocks;
        }
    }

    /** As NIXL counts on a CPU: one for each layer and for each run of blocks that are neighbours on both sides. */
    private int descriptors(Sequence sequence, int firstBlock, int[] wanted) {
        int runs = 1;
        for (int i = 1; i < wanted.length; i++) {
            boolean neighbours = wanted[i] == wanted[i - 1] + 1
                    && sequence.block(firstBlock + i) == sequence.block(firstBlock + i - 1) + 1;
            runs += neighbours ? 0 : 1;
        }
        return runs * config.model().layers();
    }

    /** The blocks are here: as in vLLM, a lost notification costs the prefill node a lease, not the request. */
    private void notifyDone(SideChannelClient.Session session, RemoteKv remote) {
        try {
            session.done();
        } catch (IOException e) {
            metrics.notificationFailed();
            LOG.warn("prefill engine {} was not told that its blocks are read", remote.engineId(), e);
        }
    }

    private void arrived(Sequence sequence, int firstBlock, List<byte[]> blocks) {
        if (sequence.phase() != Sequence.Phase.LOADING) {
            return;
        }
        for (int i = 0; i < blocks.size(); i++) {
            pool.adopt(sequence.block(firstBlock + i), blocks.get(i));
        }
        loads.loaded(sequence, sequence.promptLength());
    }

    private void requireWhole(RemoteKv remote, int promptLength) throws TransferException {
        int blocks = config.blocksFor(promptLength);
        if (remote.tokens() != promptLength || remote.blockIds().length != blocks) {
            throw new TransferException("offered are " + remote.tokens() + " tokens in " + remote.blockIds().length
                    + " blocks; the prompt has " + promptLength + " tokens in " + blocks + " blocks");
        }
    }

    private void tell(String what, RemoteKv remote, Message message) {
        try (SideChannelClient.Session session = client.connect(remote)) {
            message.send(session);
        } catch (IOException e) {
            LOG.debug("{} did not reach prefill engine {}", what, remote.engineId(), e);
        }
    }

    private static RemoteKv remote(Sequence sequence) {
        return sequence.request().remoteKv().orElseThrow();
    }

    /** Something to say in a session. */
    @FunctionalInterface
    private interface Message {
        void send(SideChannelClient.Session session) throws IOException;
    }

    /** The node's link: transfers share its bandwidth one after the other. */
    private static final class Link {

        private long freeAt = System.nanoTime();

        /** When a transfer of this length that starts now is through. */
        synchronized long reserve(long now, long nanos) {
            freeAt = Math.max(now - freeAt, 0) + freeAt + nanos;
            return freeAt;
        }
    }
}
