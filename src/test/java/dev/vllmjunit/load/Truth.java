package dev.vllmjunit.load;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What {@link ReferenceServer} says of one request in its answer: the text of each event is when it was written, the first one's
 * also when the request was complete, on the clock that all processes of a machine share.
 */
final class Truth {

    /** Nanoseconds in base 36. */
    static final int DIGITS = 12;

    private static final int BASE = 36;

    private final RequestRecord request;

    private Truth(RequestRecord request) {
        this.request = request;
    }

    static Truth of(RequestRecord request) {
        return new Truth(request);
    }

    /** Writes a time into an event. */
    static void write(long nanos, byte[] event, int at) {
        long rest = nanos;
        for (int i = DIGITS - 1; i >= 0; i--) {
            event[at + i] = (byte) Character.forDigit((int) (rest % BASE), BASE);
            rest /= BASE;
        }
    }

    long receivedNanos() {
        return time(0);
    }

    int events() {
        return request.text().length() / DIGITS - 1;
    }

    long writtenNanos(int event) {
        return time(event + 1);
    }

    long ttftNanos() {
        return writtenNanos(0) - receivedNanos();
    }

    /** By how much the reported TTFT is longer than the server's own, in milliseconds. */
    double ttftErrorMillis() {
        return (request.timeToFirstTokenNanos() - ttftNanos()) / 1e6;
    }

    /** From each event's write to its timestamp, in milliseconds. */
    DoubleStream delaysMillis() {
        return IntStream.range(0, events()).mapToDouble(i -> (request.tokenNanos()[i] - writtenNanos(i)) / 1e6);
    }

    private long time(int position) {
        return Long.parseLong(request.text(), position * DIGITS, (position + 1) * DIGITS, BASE);
    }
}
