package dev.vllmjunit.kvstore;

import org.jspecify.annotations.Nullable;

/**
 * A call to the object store failed. The message names endpoint, bucket, operation and what came back, and says what to check; it
 * never holds a key of the account.
 */
public final class ObjectStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of failure it is, as far as callers act on it. */
    public enum Kind {
        /** No answer: refused, reset, unknown host, deadline missed. */
        CONNECTION,
        /** The object or the bucket is not there. */
        NOT_FOUND,
        /** The store does not accept who asks or how it is signed. */
        DENIED,
        /** Anything else. */
        OTHER
    }

    private final Kind kind;
    private final String what;
    private final String remedy;

    ObjectStoreException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.what = message;
        this.remedy = "";
    }

    /** A call that failed: where it went, what came back, and what to check. */
    ObjectStoreException(Kind kind, String where, String what, String check, Throwable cause) {
        super(where + ": " + what + ".\nCheck " + check + ".", cause);
        this.kind = kind;
        this.what = what;
        this.remedy = "check " + check;
    }

    /** What kind of failure it is. */
    public Kind kind() {
        return kind;
    }

    /** What came back, without where it came from: {@code HTTP 403 AccessDenied}. */
    public String what() {
        return what;
    }

    /** What to do about it; empty where the message says it all. */
    public String remedy() {
        return remedy;
    }
}
