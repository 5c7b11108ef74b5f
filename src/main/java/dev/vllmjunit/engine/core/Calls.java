package dev.vllmjunit.engine.core;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls into code that is not the engine's own, which must not harm the engine. */
final class Calls {

    private static final Logger LOG = LoggerFactory.getLogger(Calls.class);

    private Calls() {}

    /** Returns whether the call went through; what it throws is logged. */
    static boolean safely(Runnable call) {
        try {
            call.run();
            return true;
        } catch (RuntimeException e) {
            LOG.warn("a callback failed", e);
            return false;
        }
    }
}
