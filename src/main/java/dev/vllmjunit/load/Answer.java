package dev.vllmjunit.load;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What came back for one request, kept as bytes until the run is over: output, and the few events or the document that say how it
 * ended. Written by the event loop, read afterwards.
 */
final class Answer {

    /** More than an error page or a non-streamed answer of any sensible length. */
    private static final int LARGEST_DOCUMENT = 16 << 20;

    private static final byte[] NOTHING = {};

    final Output output;
    private @Nullable ResponseHead head;
    private @Nullable String finishReason;
    private byte[] usageEvent = NOTHING;
    private int usageLength;
    private byte[] errorEvent = NOTHING;
    private byte[] document = NOTHING;
    private int documentLength;
    private boolean done;

    Answer(int expectedEvents) {
        output = new Output(expectedEvents);
    }

    void began(ResponseHead responseHead) {
        head = responseHead;
    }

    void finished(String reason) {
        finishReason = reason;
    }

    void done() {
        done = true;
    }

    /** The last one counts: some servers add usage to each event. */
    void usage(byte[] bytes, int from, int to) {
        usageLength = to - from;
        if (usageLength > usageEvent.length) {
            usageEvent = new byte[usageLength * 2];
        }
        System.arraycopy(bytes, from, usageEvent, 0, usageLength);
    }

    /** The first one counts. */
    void error(byte[] bytes, int from, int to) {
        if (errorEvent.length == 0) {
            errorEvent = Arrays.copyOfRange(bytes, from, to);
        }
    }

    void document(byte[] bytes, int from, int to) {
        int length = to - from;
        if (documentLength + length > LARGEST_DOCUMENT) {
            throw new MalformedResponse("a body of more than " + LARGEST_DOCUMENT + " bytes");
        }
        if (documentLength + length > document.length) {
            document = Arrays.copyOf(document, Math.max(documentLength + length, document.length * 2));
        }
        System.arraycopy(bytes, from, document, documentLength, length);
        documentLength += length;
    }

    @Nullable
    ResponseHead head() {
        return head;
    }

    @Nullable
    String finishReason() {
        return finishReason;
    }

    /** Whether its connection can be trusted with another request. */
    boolean looksWell() {
        return errorEvent.length == 0 && head != null && head.isSuccess() && (done || !head.eventStream());
    }

    boolean isDone() {
        return done;
    }

    byte[] usageEvent() {
        return Arrays.copyOf(usageEvent, usageLength);
    }

    byte[] errorEvent() {
        return errorEvent;
    }

    byte[] document() {
        return Arrays.copyOf(document, documentLength);
    }
}
