package dev.vllmjunit.diagnosis;

import java.util.Locale;

/** How sure a diagnosis is, surest first. */
public enum Confidence {
    /** Nothing else is known to show like this. */
    HIGH,
    /** The likeliest of a few causes. */
    MEDIUM,
    /** Worth a look where nothing surer was found. */
    LOW;

    /** In lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
