package dev.vllmjunit.lint;

/** A configuration that cannot be looked at; the message says where, what is written there and what to write. */
public final class LintException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    LintException(String message) {
        super(message);
    }

    LintException(String message, Throwable cause) {
        super(message, cause);
    }
}
