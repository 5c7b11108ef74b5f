package dev.vllmjunit.evidence;

/** A run that cannot be trusted. Not an {@link AssertionError}: Allure shows it as broken, JUnit as an error. */
public final class InvalidRunException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final InvalidReason reason;

    /** For this reason; the message says what was seen and what would make the run valid. */
    public InvalidRunException(InvalidReason reason, String message) {
        super("INVALID (" + reason + "): " + message);
        this.reason = reason;
    }

    /** The reason. */
    public InvalidReason reason() {
        return reason;
    }
}
