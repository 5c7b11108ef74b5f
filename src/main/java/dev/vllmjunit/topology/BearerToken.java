package dev.vllmjunit.topology;

import java.util.Map;
import java.util.regex.Pattern;

/** What a deployment wants to see before it answers (RFC 6750). Immutable; its text is in its headers and nowhere else. */
public final class BearerToken {

    /** Shorter ones could not be masked without masking what is none. */
    private static final Pattern ALLOWED = Pattern.compile("[!-~]{8,}");

    private final String text;

    private BearerToken(String text) {
        this.text = text;
    }

    /**
     * Of a text.
     *
     * @throws IllegalArgumentException without the text, if that is no token
     */
    static BearerToken of(String text) {
        if (!ALLOWED.matcher(text).matches()) {
            throw new IllegalArgumentException("no bearer token");
        }
        return new BearerToken(text);
    }

    String text() {
        return text;
    }

    /** The headers of a request that carries it. */
    public Map<String, String> headers() {
        return Map.of("Authorization", "Bearer " + text);
    }

    @Override
    public String toString() {
        return Masking.MASK;
    }
}
