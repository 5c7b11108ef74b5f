package dev.vllmjunit.router;

import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Watches an event stream go by: when the first output came, whether it ended in {@code [DONE]}, whether it carried an error.
 * Only the events up to the first output are parsed; of later ones only the first bytes of each line are looked at.
 * Events may be cut anywhere by chunks. Not thread-safe.
 */
final class SseScanner {

    private static final String DATA = "data:";
    private static final int PREFIX = 24;
    private static final int LONGEST_PARSED = 1 << 20;

    private byte[] line = new byte[512];
    private int length;
    private boolean output;
    private boolean done;
    private boolean error;

    /** Looks at a chunk without moving its indices. */
    void scan(ByteBuf chunk) {
        int from = chunk.readerIndex();
        int end = chunk.writerIndex();
        while (from < end) {
            int newline = chunk.indexOf(from, end, (byte) '\n');
            keep(chunk, from, newline < 0 ? end : newline);
            if (newline < 0) {
                return;
            }
            endOfLine();
            from = newline + 1;
        }
    }

    /** An event carried output, or the end of it. */
    boolean output() {
        return output;
    }

    /** {@code data: [DONE]} was seen. */
    boolean done() {
        return done;
    }

    /** An error event was seen. */
    boolean error() {
        return error;
    }

    private void keep(ByteBuf chunk, int from, int to) {
        int room = (output ? PREFIX : LONGEST_PARSED) - length;
        int count = Math.min(to - from, Math.max(room, 0));
        if (length + count > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + count));
        }
        chunk.getBytes(from, line, length, count);
        length += count;
    }

    private void endOfLine() {
        if (length > 0) {
            field(new String(line, 0, length, StandardCharsets.UTF_8));
        }
        length = 0;
    }

    private void field(String text) {
        if (!text.startsWith(DATA)) {
            return;
        }
        String data = text.substring(DATA.length()).strip();
        if (data.equals("[DONE]")) {
            done = true;
        } else if (data.startsWith("{\"error\"")) {
            error = true;
        } else if (!output) {
            output = carriesOutput(data);
        }
    }

    private static boolean carriesOutput(String data) {
        try {
            for (JsonNode choice : JsonObjectBytes.JSON.readTree(data).path("choices")) {
                if (carriesOutput(choice)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean carriesOutput(JsonNode choice) {
        JsonNode delta = choice.path("delta");
        return filled(choice.path("text"))
                || filled(delta.path("content"))
                || filled(delta.path("reasoning_content"))
                || filled(delta.path("reasoning"))
                || filled(delta.path("tool_calls"))
                || filled(choice.path("token_ids"))
                || filled(choice.path("finish_reason"));
    }

    private static boolean filled(JsonNode value) {
        return value.isTextual() ? !value.asText().isEmpty() : !value.isEmpty();
    }
}
