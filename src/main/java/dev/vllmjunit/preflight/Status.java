package dev.vllmjunit.preflight;

import java.util.Locale;

/** What a check comes to. */
public enum Status {
    /** As it has to be. */
    OK,
    /** A start may succeed all the same. */
    WARNING,
    /** A start would fail, or measure something else. */
    FAILED,
    /** Nobody can tell from here. */
    NOT_CHECKED;

    /** Lower case, as tables write it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
