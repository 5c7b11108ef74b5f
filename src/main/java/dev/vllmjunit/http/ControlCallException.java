package dev.vllmjunit.http;

/** A control-plane call failed; the message names the method, the URL and what came back. */
public final class ControlCallException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    ControlCallException(String message, int status) {
        super(message);
        this.status = status;
    }

    /** Nothing came back. */
    public ControlCallException(String message, Throwable cause) {
        super(message, cause);
        this.status = 0;
    }

    /** HTTP status of the answer; 0 if none came, or if it was 2xx and could not be read. */
    public int status() {
        return status;
    }
}
