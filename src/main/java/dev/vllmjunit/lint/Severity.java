package dev.vllmjunit.lint;

import java.util.Locale;

/** How much a finding matters. */
public enum Severity {
    /** It does not work, or measures something else. */
    ERROR,
    /** It works today, or most of the time. */
    WARNING;

    /** Lower case, as tables write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
