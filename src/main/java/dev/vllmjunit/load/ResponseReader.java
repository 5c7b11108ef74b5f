package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads an HTTP/1.1 response as its bytes come, in pieces of any size: head, then a body in chunks, of a known length, or up to
 * the connection's end. One per connection, reset for each response. Throws {@link MalformedResponse} for what is no response.
 */
final class ResponseReader {

    private static final int LONGEST_HEAD = 64 << 10;
    /** 15 hexadecimal digits fit into a positive long. */
    private static final long LARGEST_CHUNK = 1L << 56;

    private enum State {
        HEAD,
        CHUNK_SIZE,
        CHUNK_EXTENSION,
        CHUNK_DATA,
        CHUNK_END,
        TRAILER,
        LENGTH_DATA,
        DATA_UNTIL_CLOSE,
        COMPLETE
    }

    private final EventReader events;
    private Answer answer = new Answer(0);
    private State state = State.COMPLETE;
    private byte[] headBytes = new byte[512];
    private int headLength;
    private int lineLength;
    private long remaining;
    private int sizeDigits;
    private boolean keepAlive;
    private boolean eventStream;
    private @Nullable ResponseHead bodiless;

    ResponseReader(EventReader events) {
        this.events = events;
    }

    /** Expects a new response. */
    void expect(Answer next) {
        answer = next;
        state = State.HEAD;
        headLength = 0;
        lineLength = 0;
        events.reset();
    }

    boolean isComplete() {
        return state == State.COMPLETE;
    }

    /** Whether the complete response leaves its connection usable. */
    boolean leavesConnectionUsable() {
        return keepAlive;
    }

    /** Takes what was read from the socket at {@code now}. */
    void read(byte[] bytes, int from, int to, long now) {
        int i = from;
        while (i < to) {
            i = switch (state) {
                case HEAD -> head(bytes, i, to);
                case CHUNK_SIZE -> chunkSize(bytes[i], i);
                case CHUNK_EXTENSION -> chunkExtension(bytes[i], i);
                case CHUNK_DATA -> data(bytes, i, to, now, State.CHUNK_END);
                case CHUNK_END -> chunkEnd(bytes[i], i);
                case TRAILER -> trailer(bytes[i], i, now);
                case LENGTH_DATA -> data(bytes, i, to, now, State.COMPLETE);
                case DATA_UNTIL_CLOSE -> data(bytes, i, to, now, State.DATA_UNTIL_CLOSE);
                case COMPLETE -> throw new MalformedResponse((to - i) + " bytes behind the response's end");
            };
        }
    }

    /** The server closed the connection; completes a body that ends this way. */
    void closed(long now) {
        if (state == State.DATA_UNTIL_CLOSE) {
            complete(now);
        }
    }

    private int head(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            byte next = bytes[i];
            appendToHead(next);
            if (next == '\n' && lineLength == 0) {
                endOfHead();
                return i + 1;
            }
            lineLength = next == '\n' ? 0 : next == '\r' ? lineLength : lineLength + 1;
        }
        return to;
    }

    private void appendToHead(byte next) {
        if (headLength == LONGEST_HEAD) {
            throw new MalformedResponse("headers of more than " + LONGEST_HEAD + " bytes");
        }
        if (headLength == headBytes.length) {
            headBytes = Arrays.copyOf(headBytes, headLength * 2);
        }
        headBytes[headLength++] = next;
    }

    private void endOfHead() {
        ResponseHead head = ResponseHead.parse(new String(headBytes, 0, headLength, ISO_8859_1));
        headLength = 0;
        if (head.isInterim()) {
            return;
        }
        answer.began(head);
        keepAlive = head.keepAlive();
        eventStream = head.eventStream();
        bodiless = head;
        beginBody(head);
    }

    private void beginBody(ResponseHead head) {
        if (head.hasNoBody()) {
            state = State.COMPLETE;
        } else if (head.chunked()) {
            beginChunk();
        } else if (head.contentLength() > 0) {
            remaining = head.contentLength();
            state = State.LENGTH_DATA;
        } else {
            keepAlive = false;
            remaining = Long.MAX_VALUE;
            state = State.DATA_UNTIL_CLOSE;
        }
    }

    private void beginChunk() {
        remaining = 0;
        sizeDigits = 0;
        state = State.CHUNK_SIZE;
    }

    private int chunkSize(byte next, int i) {
        int digit = Character.digit(next, 16);
        if (digit >= 0 && remaining < LARGEST_CHUNK) {
            remaining = remaining << 4 | digit;
            sizeDigits++;
            return i + 1;
        }
        if (sizeDigits == 0 || digit >= 0 || (next != '\r' && next != '\n' && next != ';' && next != ' ')) {
            throw new MalformedResponse("a chunk whose size has the byte 0x" + Integer.toHexString(next & 0xff));
        }
        state = State.CHUNK_EXTENSION;
        return i;
    }

    private int chunkExtension(byte next, int i) {
        if (next == '\n') {
            lineLength = 0;
            state = remaining == 0 ? State.TRAILER : State.CHUNK_DATA;
        }
        return i + 1;
    }

    private int data(byte[] bytes, int from, int to, long now, State afterwards) {
        int length = (int) Math.min(remaining, to - from);
        body(bytes, from, from + length, now);
        remaining -= length;
        if (remaining == 0) {
            state = afterwards;
            if (afterwards == State.COMPLETE) {
                complete(now);
            }
        }
        return from + length;
    }

    private void body(byte[] bytes, int from, int to, long now) {
        ResponseHead awaiting = bodiless;
        if (awaiting != null && from < to) {
            beganBody(awaiting.before(bytes[from]));
        }
        if (eventStream) {
            events.read(bytes, from, to, now, answer);
        } else {
            answer.document(bytes, from, to);
        }
    }

    private void beganBody(ResponseHead head) {
        bodiless = null;
        eventStream = head.eventStream();
        answer.began(head);
    }

    private int chunkEnd(byte next, int i) {
        if (next == '\n') {
            beginChunk();
        } else if (next != '\r') {
            throw new MalformedResponse("a chunk that is longer than its size");
        }
        return i + 1;
    }

    private int trailer(byte next, int i, long now) {
        if (next == '\n' && lineLength == 0) {
            complete(now);
        } else {
            lineLength = next == '\n' ? 0 : next == '\r' ? lineLength : lineLength + 1;
        }
        return i + 1;
    }

    private void complete(long now) {
        state = State.COMPLETE;
        if (eventStream) {
            events.end(now, answer);
        }
    }
}
