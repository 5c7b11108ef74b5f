package dev.vllmjunit.engine.tier;

import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.kvstore.ObjectStoreException.Kind;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Switches the S3 tier off after three connection failures in a row, as LMCache does and for good as there: a store that is away
 * would cost every request its deadline. Here a store that accepts and never answers counts, too. Each kind of failure is logged
 * once. Thread-safe.
 */
final class CircuitBreaker {

    static final int LIMIT = 3;

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreaker.class);

    private final Set<Kind> logged = EnumSet.of(Kind.NOT_FOUND);
    private int failures;

    synchronized boolean isOpen() {
        return failures == LIMIT;
    }

    /** Connection failures in a row. */
    synchronized int failures() {
        return failures;
    }

    synchronized void succeeded() {
        failures = isOpen() ? LIMIT : 0;
    }

    synchronized void failed(ObjectStoreException failure) {
        if (logged.add(failure.kind())) {
            LOG.error("The S3 tier of the KV cache failed; requests go on by recomputation. {}", failure.getMessage());
        }
        if (failure.kind() != Kind.CONNECTION) {
            succeeded();
        } else if (!isOpen() && ++failures == LIMIT) {
            LOG.error("The S3 tier of the KV cache is disabled after {} connection failures in a row", LIMIT);
        }
    }
}
