package dev.vllmjunit.load;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Status line and headers of a response, as far as the driver needs them.
 *
 * @param status HTTP status code
 * @param chunked whether the body comes in chunks
 * @param contentLength bytes of the body; -1 when it isn't said
 * @param keepAlive whether the connection can be used again
 * @param eventStream whether the body is a stream of server-sent events
 * @param hop which hop behind the router this is about, when it says so
 */
record ResponseHead(
        int status, boolean chunked, long contentLength, boolean keepAlive, boolean eventStream, Optional<String> hop) {

    private static final String HOP = "x-vllm-junit-hop";

    static ResponseHead parse(String text) {
        List<String> lines = text.lines().toList();
        Map<String, String> headers = headers(lines);
        String version = version(lines.get(0));
        String connection = headers.getOrDefault("connection", "").toLowerCase(Locale.ROOT);
        boolean keepAlive =
                version.equals("HTTP/1.1") ? !connection.contains("close") : connection.contains("keep-alive");
        int status = status(lines.get(0));
        return new ResponseHead(
                status,
                headers.getOrDefault("transfer-encoding", "")
                        .toLowerCase(Locale.ROOT)
                        .contains("chunked"),
                contentLength(headers),
                keepAlive,
                isSuccess(status)
                        && !headers.getOrDefault("content-type", "")
                                .toLowerCase(Locale.ROOT)
                                .contains("json"),
                Optional.ofNullable(headers.get(HOP)));
    }

    /** 100 Continue and the like: the real head follows. */
    boolean isInterim() {
        return status / 100 == 1;
    }

    boolean isSuccess() {
        return isSuccess(status);
    }

    /**
     * The head of a body that begins like this. vLLM's toy proxy calls a stream of events JSON; no JSON text begins with a letter of
     * {@code data:}.
     */
    ResponseHead before(byte firstOfBody) {
        return isSuccess() && firstOfBody == 'd'
                ? new ResponseHead(status, chunked, contentLength, keepAlive, true, hop)
                : this;
    }

    /** RFC 9112, section 6.3. */
    boolean hasNoBody() {
        return status == 204 || status == 304 || (contentLength == 0 && !chunked);
    }

    private static boolean isSuccess(int status) {
        return status / 100 == 2;
    }

    private static String version(String statusLine) {
        if (!statusLine.startsWith("HTTP/1.")) {
            throw new MalformedResponse("no HTTP/1.1 status line but \"" + Wording.shortened(statusLine) + "\"");
        }
        return statusLine.split(" ", 2)[0];
    }

    private static int status(String statusLine) {
        try {
            return Integer.parseInt(statusLine.split(" ", 3)[1]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new MalformedResponse("no status code in \"" + Wording.shortened(statusLine) + "\"");
        }
    }

    private static long contentLength(Map<String, String> headers) {
        String given = headers.getOrDefault("content-length", "-1");
        try {
            return Long.parseLong(given);
        } catch (NumberFormatException e) {
            throw new MalformedResponse("Content-Length \"" + Wording.shortened(given) + "\"");
        }
    }

    private static Map<String, String> headers(List<String> lines) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.subList(1, lines.size())) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
        }
        return headers;
    }
}
