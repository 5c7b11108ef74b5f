package dev.vllmjunit.docker;

import org.jspecify.annotations.Nullable;

/** A daemon does not answer; the message says why, in one line. */
public final class DaemonException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    DaemonException(String message) {
        this(message, null);
    }

    DaemonException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** The innermost message of a failure: the outer ones only repeat it. */
    public static String said(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName()
                + (root.getMessage() == null ? "" : " (" + root.getMessage().strip() + ")");
    }
}
