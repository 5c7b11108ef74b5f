package dev.vllmjunit.topology;

/** A profile that cannot be used; the message names file, line, column and key, what is written there, and what may be. */
public final class ProfileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the whole message. */
    public ProfileException(String message) {
        super(message);
    }

    /** With the whole message and what led to it. */
    public ProfileException(String message, Throwable cause) {
        super(message, cause);
    }
}
