package dev.vllmjunit.preflight;

/** Something that a check asked did not answer, or not in a way that says anything. */
final class CannotCheckException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CannotCheckException(String message) {
        super(message);
    }
}
