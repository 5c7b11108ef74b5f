package dev.vllmjunit.http;

/** A control-plane call failed; the message names the method, the URL and what came back. */
public final class ControlCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ControlCallException(String message) {
        super(message);
    }

    ControlCallException(String message, Throwable cause) {
        super(message, cause);
    }
}
