package dev.vllmjunit.provision;

import org.jspecify.annotations.Nullable;

/** A topology could not be started. The message says which part, why, and what to do. */
public final class ProvisionException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With a message only. */
    public ProvisionException(String message) {
        super(message);
    }

    /** With the failure that led to it. */
    public ProvisionException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
