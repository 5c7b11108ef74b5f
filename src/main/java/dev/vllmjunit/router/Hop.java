package dev.vllmjunit.router;

import java.util.Locale;

/** Where a request can fail. */
enum Hop {
    CLIENT,
    ROUTER,
    PREFILL,
    DECODE;

    /** The name in headers, metrics and timelines. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The name at the start of a message. */
    String title() {
        return name().charAt(0) + label().substring(1);
    }
}
