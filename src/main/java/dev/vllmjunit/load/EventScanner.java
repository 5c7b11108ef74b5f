package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * Looks through one event's JSON without parsing it: enough to say whether it carries output and to keep the bytes that the
 * verdict needs later. It follows strings and depth, so that nothing inside a text is taken for a key. An event carries output
 * when it has a text that is not empty or a token id; an empty text counts as well unless it only announces a role or an end other
 * than {@code length}, since tokens can be half a character or special.
 */
final class EventScanner {

    private static final byte[] TEXT = "text".getBytes(ISO_8859_1);
    private static final byte[] ROLE = "role".getBytes(ISO_8859_1);
    private static final byte[] USAGE = "usage".getBytes(ISO_8859_1);
    private static final byte[] ERROR = "error".getBytes(ISO_8859_1);
    private static final byte[] CONTENT = "content".getBytes(ISO_8859_1);
    private static final byte[] TOKEN_IDS = "token_ids".getBytes(ISO_8859_1);
    private static final byte[] FINISH_REASON = "finish_reason".getBytes(ISO_8859_1);
    private static final byte[] LENGTH = "length".getBytes(ISO_8859_1);

    private static final int HAS_OUTPUT = 1;
    private static final int HAS_TEXT = 2;
    private static final int HAS_ROLE = 4;
    private static final int HAS_OTHER_END = 8;
    private static final int HAS_USAGE = 16;
    private static final int HAS_ERROR = 32;

    private byte[] bytes = {};
    private int to;
    private int position;
    private int depth;
    private int flags;
    private Answer answer = new Answer(0);

    /**
     * Looks through one event.
     *
     * @param arrivedNanos when it was read from the socket
     * @throws MalformedResponse when it can't be a JSON object
     */
    void scan(byte[] event, int from, int end, long arrivedNanos, Answer into) {
        bytes = event;
        position = from;
        to = end;
        depth = 0;
        flags = 0;
        answer = into;
        walk();
        if (depth != 0 || event[from] != '{') {
            throw noJson(from);
        }
        keep(from);
        if (carriesOutput()) {
            into.output.arrived(arrivedNanos);
        }
    }

    private void walk() {
        while (position < to) {
            byte next = bytes[position++];
            if (next == '"') {
                string();
            } else if (next == '{' || next == '[') {
                depth++;
            } else if (next == '}' || next == ']') {
                depth--;
            }
        }
    }

    private void keep(int from) {
        if ((flags & HAS_USAGE) != 0) {
            answer.usage(bytes, from, to);
        }
        if ((flags & HAS_ERROR) != 0) {
            answer.error(bytes, from, to);
        }
    }

    private boolean carriesOutput() {
        boolean tokenWithoutText = (flags & (HAS_TEXT | HAS_ROLE | HAS_OTHER_END)) == HAS_TEXT;
        return tokenWithoutText || (flags & HAS_OUTPUT) != 0;
    }

    private void string() {
        int start = position;
        int end = endOfString();
        position = end + 1;
        if (startsValue()) {
            key(start, end);
        }
    }

    /** Whether a colon follows; if so, the position is moved to the value behind it. */
    private boolean startsValue() {
        skipSpace();
        if (position == to || bytes[position] != ':') {
            return false;
        }
        position++;
        skipSpace();
        return position < to;
    }

    private void key(int start, int end) {
        switch (end - start) {
            case 4 -> fourLetters(start, end);
            case 5 -> fiveLetters(start, end);
            case 7 -> textOf(is(CONTENT, start, end));
            case 9 -> tokenIds(is(TOKEN_IDS, start, end));
            case 13 -> finishReason(is(FINISH_REASON, start, end));
            default -> {}
        }
    }

    private void fourLetters(int start, int end) {
        if (is(TEXT, start, end)) {
            textOf(true);
        } else if (atString() && is(ROLE, start, end)) {
            flags |= HAS_ROLE;
        }
    }

    private void fiveLetters(int start, int end) {
        if (depth == 1 && bytes[position] != 'n') {
            flags |= is(USAGE, start, end) ? HAS_USAGE : 0;
            flags |= is(ERROR, start, end) ? HAS_ERROR : 0;
        }
    }

    private void textOf(boolean isText) {
        if (isText && atString()) {
            int start = ++position;
            int end = endOfString();
            position = end + 1;
            flags |= end > start ? HAS_TEXT | HAS_OUTPUT : HAS_TEXT;
            answer.output.append(bytes, start, end);
        }
    }

    private void tokenIds(boolean isTokenIds) {
        if (isTokenIds && bytes[position] == '[') {
            position++;
            depth++;
            skipSpace();
            flags |= position < to && bytes[position] != ']' ? HAS_OUTPUT : 0;
        }
    }

    private void finishReason(boolean isFinishReason) {
        if (isFinishReason && atString()) {
            int start = ++position;
            int end = endOfString();
            position = end + 1;
            boolean length = is(LENGTH, start, end);
            flags |= length ? 0 : HAS_OTHER_END;
            answer.finished(length ? "length" : new String(bytes, start, end - start, ISO_8859_1));
        }
    }

    private boolean atString() {
        return position < to && bytes[position] == '"';
    }

    private int endOfString() {
        int i = position;
        while (i < to && bytes[i] != '"') {
            i += bytes[i] == '\\' ? 2 : 1;
        }
        if (i >= to) {
            throw noJson(position);
        }
        return i;
    }

    private void skipSpace() {
        while (position < to && bytes[position] <= ' ' && bytes[position] >= 0) {
            position++;
        }
    }

    private boolean is(byte[] word, int start, int end) {
        return Arrays.equals(bytes, start, end, word, 0, word.length);
    }

    private MalformedResponse noJson(int from) {
        String seen = new String(bytes, from, to - from, UTF_8);
        return new MalformedResponse("an event that is no JSON object: \"" + Wording.shortened(seen) + "\"");
    }
}
