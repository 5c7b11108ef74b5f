package dev.vllmjunit.evidence;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Tells whoever reports a result which SLO a test holds it against: a test says so after the run, and the report of the run is to show
 * it. Thread-safe.
 */
public final class Objectives {

    /** Is told of every SLO that is stated in this JVM. */
    @FunctionalInterface
    public interface Listener {

        /** A test holds this very result, not just an equal one, against the SLO. */
        void stated(BenchmarkResult result, Slo slo);
    }

    private static final List<Listener> LISTENERS = new CopyOnWriteArrayList<>();

    private Objectives() {}

    /** A test holds the result against the SLO. */
    public static void state(BenchmarkResult result, Slo slo) {
        LISTENERS.forEach(listener -> listener.stated(result, slo));
    }

    /** From now on the listener is told, until {@link #remove}. */
    public static void add(Listener listener) {
        LISTENERS.add(listener);
    }

    /** The listener is told no more. */
    public static void remove(Listener listener) {
        LISTENERS.remove(listener);
    }
}
