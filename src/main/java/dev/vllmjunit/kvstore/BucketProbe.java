package dev.vllmjunit.kvstore;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** Whether a bucket can be listed, written to, read from and deleted from, tried on one object that is gone afterwards. */
public final class BucketProbe {

    private static final byte[] BYTES = {'p', 'r', 'o', 'b', 'e'};

    private final ObjectStoreAccess access;
    private final ObjectStoreClient client;
    private final String key;
    private final List<Step> steps = new ArrayList<>();

    BucketProbe(ObjectStoreAccess access, ObjectStoreClient client) {
        this.access = access;
        this.client = client;
        this.key = access.keyPrefix() + "vllm-junit-preflight/" + UUID.randomUUID();
    }

    /**
     * One call.
     *
     * @param operation {@code list}, {@code put}, {@code get} or {@code delete}
     * @param fault why it failed, if it did
     */
    public record Step(String operation, Optional<ObjectStoreException> fault) {}

    /**
     * What became of each call, in the order of the calls. The object is read only where it was written, and nothing is tried after a
     * call that got no answer, but for deleting what may have been written.
     *
     * @param callDeadline longest time for one call
     */
    public static List<Step> of(ObjectStoreAccess access, Duration callDeadline) {
        try (ObjectStoreClient client = new ObjectStoreClient(access, callDeadline)) {
            return new BucketProbe(access, client).steps();
        }
    }

    List<Step> steps() {
        if (answers("list", client.list(access.keyPrefix(), null))) {
            boolean written = worked("put", client.put(key, BYTES));
            try {
                if (written) {
                    worked("get", client.get(key).thenAccept(this::requireSame));
                }
            } finally {
                worked("delete", client.delete(key));
            }
        }
        return List.copyOf(steps);
    }

    private void requireSame(byte[] read) {
        if (!Arrays.equals(read, BYTES)) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.OTHER,
                    access + " answered a GET of " + key
                            + " with other bytes than were PUT there just before.\nCheck what lies between.",
                    null);
        }
    }

    private boolean answers(String operation, CompletableFuture<?> call) {
        return worked(operation, call)
                || steps.get(steps.size() - 1)
                        .fault()
                        .filter(fault -> fault.kind() == ObjectStoreException.Kind.CONNECTION)
                        .isEmpty();
    }

    private boolean worked(String operation, CompletableFuture<?> call) {
        Optional<ObjectStoreException> fault = fault(call);
        steps.add(new Step(operation, fault));
        return fault.isEmpty();
    }

    private static Optional<ObjectStoreException> fault(CompletableFuture<?> call) {
        try {
            CacheBucket.await(call);
            return Optional.empty();
        } catch (ObjectStoreException e) {
            return Optional.of(e);
        }
    }
}
