package dev.vllmjunit.topology;

/** A declaration that makes no sense; the message names the element, what it says, and what to write instead. */
public final class DeclarationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the whole message. */
    public DeclarationException(String message) {
        super(message);
    }
}
