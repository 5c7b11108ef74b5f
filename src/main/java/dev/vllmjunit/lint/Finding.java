package dev.vllmjunit.lint;

import java.util.Optional;

/**
 * A rule that a configuration breaks.
 *
 * @param rule which
 * @param where {@code FILE:LINE}, or {@code profile NAME: KEY}
 * @param what is written there
 * @param accepted why its author accepts it; empty unless the rule is silenced
 */
public record Finding(Rule rule, String where, String what, Optional<String> accepted) {

    /** Whether it should keep the configuration from being started. */
    public boolean stops() {
        return rule.severity() == Severity.ERROR && accepted.isEmpty();
    }

    /** {@code error} or {@code warning}, or {@code silenced}. */
    public String level() {
        return accepted.isPresent() ? "silenced" : rule.severity().label();
    }

    /**
     * Three lines: where, how bad and which rule; what is wrong and what happens; and the fix, unless its author accepts it.
     */
    public String describe() {
        return where + ": " + level() + " " + rule.id() + "\n    " + explanation()
                + (accepted.isPresent() ? "" : "\n    Fix: " + rule.fix());
    }

    /** What is wrong and what happens, or why that is accepted. */
    public String explanation() {
        return what + "; "
                + accepted.map(reason -> "silenced, because " + reason).orElse(rule.explanation());
    }
}
