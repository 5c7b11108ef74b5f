package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.Injection.Effect;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was done, and what of it is in force and how it is undone. Thread-safe. */
final class Ledger {

    private final List<Injection> done = new ArrayList<>();
    private final Map<String, Harm> inForce = new LinkedHashMap<>();

    private record Harm(Injection injection, Runnable undo) {}

    /**
     * Harms a part.
     *
     * @param part what the harm is to, of which it has one undoing
     * @param undo ends all harm of the part
     * @throws RuntimeException as the action does; one that is refused as impossible leaves nothing to undo
     */
    void harm(String part, String what, Effect effect, Runnable action, Runnable undo) {
        Injection injection = new Injection(System.nanoTime(), what, effect);
        try {
            action.run();
        } catch (UnsupportedOperationException | IllegalArgumentException refused) {
            throw refused;
        } catch (RuntimeException e) {
            record(part, injection, undo);
            throw e;
        }
        record(part, injection, undo);
    }

    private synchronized void record(String part, Injection injection, Runnable undo) {
        done.add(injection);
        inForce.put(part, new Harm(injection, undo));
    }

    /** Ends all harm of a part. */
    void mend(String part, String what, Runnable action) {
        Injection injection = new Injection(System.nanoTime(), what, Effect.MEND);
        action.run();
        synchronized (this) {
            done.add(injection);
            inForce.remove(part);
        }
    }

    /** What is in force, as if it had been done at this time. */
    synchronized List<Injection> inForce(long nanos) {
        return inForce.values().stream()
                .map(harm -> new Injection(nanos, harm.injection.what(), harm.injection.effect()))
                .toList();
    }

    /** What was done since the last call, in order; forgotten then. */
    synchronized List<Injection> take() {
        List<Injection> taken = List.copyOf(done);
        done.clear();
        return taken;
    }

    /**
     * Undoes what is in force, the last harm first, each also behind one whose undoing fails.
     *
     * @throws RuntimeException the first failure; what could not be undone stays in force
     */
    void undo() {
        List<Map.Entry<String, Harm>> left;
        synchronized (this) {
            left = new ArrayList<>(inForce.entrySet());
        }
        RuntimeException failure = null;
        for (int i = left.size() - 1; i >= 0; i--) {
            try {
                left.get(i).getValue().undo.run();
                forget(left.get(i).getKey());
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private synchronized void forget(String part) {
        inForce.remove(part);
    }
}
