package dev.vllmjunit.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * When in a run something is done to the stack, counted from the first intended start. What it does is undone when the last request has
 * ended. Immutable.
 *
 * <pre>{@code
 * During.after(Duration.ofSeconds(2), faults -> faults.s3Link().cut())
 *         .andAfter(Duration.ofSeconds(5), faults -> faults.s3Link().heal())
 * }</pre>
 */
public final class During {

    private static final During NOTHING = new During(List.of());

    private final List<Step> steps;

    /** One thing to do. */
    record Step(Duration at, Consumer<Faults> action) {}

    private During(List<Step> steps) {
        this.steps = List.copyOf(steps);
    }

    /** Leaves the stack as it is. */
    public static During nothing() {
        return NOTHING;
    }

    /**
     * Does something once.
     *
     * @param at 0 or more
     * @throws IllegalArgumentException if it is negative
     */
    public static During after(Duration at, Consumer<Faults> action) {
        return NOTHING.andAfter(at, action);
    }

    /**
     * Does something besides, later; one that takes long, as a restart does, delays those after it.
     *
     * @param at counted from the first intended start, too; not before the step before it
     * @throws IllegalArgumentException if it is
     */
    public During andAfter(Duration at, Consumer<Faults> action) {
        Duration last = steps.isEmpty() ? Duration.ZERO : steps.get(steps.size() - 1).at;
        if (at.compareTo(last) < 0) {
            throw new IllegalArgumentException("a step is at " + at + ", but cannot be before " + last
                    + (steps.isEmpty()
                            ? ", the first intended start"
                            : ", when the step before it is; write them in order"));
        }
        List<Step> more = new ArrayList<>(steps);
        more.add(new Step(at, action));
        return new During(more);
    }

    List<Step> steps() {
        return steps;
    }
}
