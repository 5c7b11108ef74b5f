package dev.vllmjunit.topology;

/** A setting that does not exist or has no usable value; the message names its source, what was given and what may be. */
public final class SettingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With the whole message. */
    public SettingException(String message) {
        super(message);
    }
}
