package dev.vllmjunit.engine.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may still read which blocks. A lease that is being read does not expire until the reader is done or gone, so what a reader
 * gets is always what was computed for its prompt. Thread-safe.
 */
final class Leases {

    private static final int REMEMBERED = 10_000;

    private final long leaseNanos;
    private final Duration duration;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> gone = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > REMEMBERED;
        }
    };

    Leases(Duration duration) {
        this.duration = duration;
        this.leaseNanos = duration.toNanos();
    }

    /** A hash over the tokens of a prompt, which tells one prompt from another whatever the block size or the salt. */
    static long promptKey(int[] promptTokens) {
        long key = promptTokens.length;
        for (int token : promptTokens) {
            key = Mixing.chain(key, token);
        }
        return key;
    }

    /** Keeps blocks from now on; their reference passes to this. */
    synchronized void grant(Lease lease) {
        entries.put(lease.requestId(), new Entry(lease, System.nanoTime() + leaseNanos));
    }

    /**
     * Lets a reader at the blocks from {@code firstBlock} on; {@link #end} must follow.
     *
     * @throws TransferException if there is no such lease or it is about something else
     */
    synchronized Lease begin(PullRequest pull) throws TransferException {
        Entry entry = entries.get(pull.requestId());
        if (entry == null) {
            throw new TransferException(gone.getOrDefault(
                    pull.requestId(),
                    "no KV blocks are kept for request " + pull.requestId() + "; it is not known here"));
        }
        check(pull, entry.lease);
        entry.readers++;
        return entry.lease;
    }

    /** A reader has left. */
    synchronized void end(String requestId) {
        Entry entry = entries.get(requestId);
        if (entry != null) {
            entry.readers--;
        }
    }

    /** Takes the lease back because its blocks were pulled or are not wanted any more; empty if there is none. */
    synchronized List<Lease> release(String requestId) {
        Entry entry = entries.remove(requestId);
        if (entry == null) {
            return List.of();
        }
        gone.put(
                requestId,
                "the KV blocks of request " + requestId + " were already pulled or given up, and then released");
        return List.of(entry.lease);
    }

    /** Starts the time of the leases anew. */
    synchronized void renew(Collection<String> requestIds) {
        long expiry = System.nanoTime() + leaseNanos;
        for (String requestId : requestIds) {
            Entry entry = entries.get(requestId);
            if (entry != null) {
                entry.expiry = expiry;
            }
        }
    }

    synchronized boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Takes back what has expired. */
    synchronized List<Lease> expired(long now) {
        List<Lease> expired = new ArrayList<>();
        for (Iterator<Entry> all = entries.values().iterator(); all.hasNext(); ) {
            Entry entry = all.next();
            if (entry.expiry - now <= 0 && entry.readers == 0) {
                all.remove();
                String id = entry.lease.requestId();
                gone.put(
                        id,
                        "the KV blocks of request " + id + " were released when their lease of " + duration
                                + " expired");
                expired.add(entry.lease);
            }
        }
        return expired;
    }

    private static void check(PullRequest pull, Lease lease) throws TransferException {
        if (pull.promptKey() != lease.promptKey() || pull.tokens() != lease.tokens()) {
            throw new TransferException("the KV blocks of request " + pull.requestId() + " hold another prompt, of "
                    + lease.tokens() + " tokens, than the one of " + pull.tokens() + " tokens they are asked for");
        }
        int count = lease.blocks().length;
        boolean rightCount = pull.firstBlock() + pull.blocks().length == count && pull.blocks().length > 0;
        for (int i = 0; rightCount && i < pull.blocks().length; i++) {
            if (pull.blocks()[i] != lease.blocks()[pull.firstBlock() + i]) {
                throw new TransferException("block " + pull.blocks()[i] + " is not block " + (pull.firstBlock() + i)
                        + " of request " + pull.requestId());
            }
        }
        if (!rightCount) {
            throw new TransferException("request " + pull.requestId() + " has " + count + " blocks; asked for were "
                    + pull.blocks().length + " from block " + pull.firstBlock() + " on");
        }
    }

    private static final class Entry {

        private final Lease lease;
        private long expiry;
        private int readers;

        private Entry(Lease lease, long expiry) {
            this.lease = lease;
            this.expiry = expiry;
        }
    }
}
