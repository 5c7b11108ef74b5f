package dev.vllmjunit.engine.core;

import java.io.IOException;

/** A KV transfer that cannot be made; the message names what stands in its way. */
final class TransferException extends IOException {

    private static final long serialVersionUID = 1L;

    TransferException(String message) {
        super(message);
    }
}
