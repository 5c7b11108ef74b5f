package dev.vllmjunit.load;

import dev.vllmjunit.tls.TlsFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Says in words what became of a request. */
final class Wording {

    private static final int LONGEST_QUOTE = 300;

    private Wording() {}

    /** What happened, and where it was sent. */
    static String at(String what, String url, Optional<String> hop) {
        return what + " (POST " + url + hop.map(name -> ", hop " + name).orElse("") + ")";
    }

    /** A connection's failure, without Netty's class names and addresses. */
    static String connection(Throwable cause) {
        return TlsFailure.explain(cause).orElseGet(() -> plain(cause));
    }

    private static String plain(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("refused")) {
            return "connection refused";
        }
        if (message.contains("reset") || message.contains("broken pipe")) {
            return "connection reset by the server";
        }
        if (cause instanceof UnknownHostException) {
            return "unknown host";
        }
        if (cause instanceof ConnectException || cause instanceof IOException) {
            return "connection failed: " + cause.getMessage();
        }
        return cause.toString();
    }

    /** Seconds, or milliseconds below one. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1_000 == 0 ? millis / 1_000 + " s" : millis + " ms";
    }

    static String events(int count) {
        return count + (count == 1 ? " output event" : " output events");
    }

    static String shortened(String text) {
        String line = text.strip();
        return line.length() <= LONGEST_QUOTE ? line : line.substring(0, LONGEST_QUOTE) + "…";
    }
}
