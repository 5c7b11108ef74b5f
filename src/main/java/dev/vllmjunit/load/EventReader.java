package dev.vllmjunit.load;

import java.util.Arrays;

/**
 * Splits a body into the lines of server-sent events. Each {@code data:} line is an event, as vLLM sends them; comments and other
 * fields are passed over. Lines within one read are looked at in place; only one that goes over a read's or a chunk's end is
 * copied. One per connection.
 */
final class EventReader {

    private static final int LONGEST_LINE = 16 << 20;
    private static final byte[] DATA = {'d', 'a', 't', 'a', ':'};
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final EventScanner scanner;
    private byte[] begun = {};
    private int begunLength;

    EventReader(EventScanner scanner) {
        this.scanner = scanner;
    }

    void reset() {
        begunLength = 0;
    }

    void read(byte[] bytes, int from, int to, long now, Answer answer) {
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                endOfLine(bytes, start, i, now, answer);
                start = i + 1;
            }
        }
        if (start < to) {
            keep(bytes, start, to);
        }
    }

    /** The body is complete: a last line needs no end. */
    void end(long now, Answer answer) {
        endOfLine(begun, 0, 0, now, answer);
    }

    private void endOfLine(byte[] bytes, int start, int end, long now, Answer answer) {
        if (begunLength == 0) {
            line(bytes, start, end, now, answer);
        } else {
            keep(bytes, start, end);
            int length = begunLength;
            begunLength = 0;
            line(begun, 0, length, now, answer);
        }
    }

    private void keep(byte[] bytes, int start, int end) {
        int length = begunLength + end - start;
        if (length > LONGEST_LINE) {
            throw new MalformedResponse("an event of more than " + LONGEST_LINE + " bytes");
        }
        if (length > begun.length) {
            begun = Arrays.copyOf(begun, Math.max(length, Math.max(512, begun.length * 2)));
        }
        System.arraycopy(bytes, start, begun, begunLength, end - start);
        begunLength = length;
    }

    private void line(byte[] bytes, int start, int lineEnd, long now, Answer answer) {
        int end = lineEnd > start && bytes[lineEnd - 1] == '\r' ? lineEnd - 1 : lineEnd;
        if (!startsWith(DATA, bytes, start, end)) {
            return;
        }
        int value = start + DATA.length;
        int payload = value < end && bytes[value] == ' ' ? value + 1 : value;
        if (startsWith(DONE, bytes, payload, end)) {
            answer.done();
        } else if (payload < end) {
            scanner.scan(bytes, payload, end, now, answer);
        }
    }

    private static boolean startsWith(byte[] word, byte[] bytes, int start, int end) {
        int wordEnd = start + word.length;
        return wordEnd <= end && Arrays.equals(bytes, start, wordEnd, word, 0, word.length);
    }
}
