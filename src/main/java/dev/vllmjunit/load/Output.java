package dev.vllmjunit.load;

import java.util.Arrays;

/** Arrival times and text of one request's output, as long as its events come. Grows seldom, allocates nothing per event. */
final class Output {

    private static final int LARGEST_FIRST_TEXT = 4_096;
    private static final int BYTES_PER_TOKEN = 6;

    private long[] arrivals;
    private int events;
    private byte[] text;
    private int textLength;

    Output(int expectedEvents) {
        arrivals = new long[expectedEvents + 1];
        text = new byte[Math.min(LARGEST_FIRST_TEXT, (expectedEvents + 1) * BYTES_PER_TOKEN)];
    }

    void arrived(long nanos) {
        if (events == arrivals.length) {
            arrivals = Arrays.copyOf(arrivals, events * 2);
        }
        arrivals[events++] = nanos;
    }

    /** Appends the inside of a JSON string, escapes and all. */
    void append(byte[] bytes, int from, int to) {
        int length = to - from;
        if (textLength + length > text.length) {
            text = Arrays.copyOf(text, Math.max(textLength + length, text.length * 2));
        }
        System.arraycopy(bytes, from, text, textLength, length);
        textLength += length;
    }

    int events() {
        return events;
    }

    long[] arrivals() {
        return Arrays.copyOf(arrivals, events);
    }

    /** The text as a JSON string. */
    byte[] quotedText() {
        byte[] quoted = new byte[textLength + 2];
        System.arraycopy(text, 0, quoted, 1, textLength);
        quoted[0] = '"';
        quoted[textLength + 1] = '"';
        return quoted;
    }
}
