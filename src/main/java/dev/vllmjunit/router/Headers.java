package dev.vllmjunit.router;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Set;

/** Which headers a proxy passes on. */
final class Headers {

    static final String REQUEST_ID = "X-Request-Id";
    static final String HOP = "x-vllm-junit-hop";

    /** Of one connection only (RFC 9110 §7.6.1), set anew for each message, or, the encoding, read here. */
    private static final Set<String> NOT_PASSED_ON = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "expect",
            "host",
            "content-length",
            "accept-encoding");

    private Headers() {}

    /** Sets the headers of one message that the next one keeps. */
    static void passOn(HttpHeaders from, HttpHeaders to) {
        for (String name : from.names()) {
            if (!NOT_PASSED_ON.contains(name.toLowerCase(Locale.ROOT))) {
                to.set(name, from.getAll(name));
            }
        }
    }
}
