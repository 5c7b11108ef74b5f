package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vllmjunit.workload.PlannedRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Every request of a run as bytes outside the heap, made before the clock starts, so that sending one copies nothing. Equal bodies
 * are held once; beyond {@link #MOST_DIRECT_BYTES} bodies stay in the heap and are copied when they are sent.
 */
final class OutgoingRequests {

    private static final long MOST_DIRECT_BYTES = 256L << 20;

    private final String runId;
    private final Target target;
    private final String more;
    private final ByteBuf heads = ReceiveBuffer.PLAIN.directBuffer(4_096);
    private final int[] headEnds;
    private final ByteBuf[] bodies;
    private final IdentityHashMap<byte[], ByteBuf> made = new IdentityHashMap<>();
    private long directBytes;

    OutgoingRequests(String runId, Target target, List<PlannedRequest> requests) {
        this.runId = runId;
        this.target = target;
        this.more = lines(target.headers());
        this.headEnds = new int[requests.size()];
        this.bodies = new ByteBuf[requests.size()];
        for (int position = 0; position < requests.size(); position++) {
            PlannedRequest request = requests.get(position);
            heads.writeCharSequence(head(request), US_ASCII);
            headEnds[position] = heads.writerIndex();
            bodies[position] = made.computeIfAbsent(request.body(), this::body);
        }
    }

    String requestId(PlannedRequest request) {
        return "vj-" + runId + "-" + request.index();
    }

    /** The head of the request at a position; the caller owns it. */
    ByteBuf head(int position) {
        int start = position == 0 ? 0 : headEnds[position - 1];
        return heads.retainedSlice(start, headEnds[position] - start);
    }

    /** The body of the request at a position; the caller owns it. */
    ByteBuf body(int position) {
        return bodies[position].retainedDuplicate();
    }

    void release() {
        heads.release();
        made.values().forEach(ByteBuf::release);
        made.clear();
    }

    private static String lines(Map<String, String> headers) {
        return headers.entrySet().stream()
                .map(header -> header.getKey() + ": " + header.getValue() + "\r\n")
                .collect(Collectors.joining());
    }

    private String head(PlannedRequest request) {
        return "POST " + target.path() + " HTTP/1.1\r\n"
                + "Host: " + target.authority() + "\r\n"
                + "Content-Type: application/json\r\n"
                + "Accept: text/event-stream, application/json\r\n"
                + "User-Agent: vllm-junit\r\n"
                + more
                + "X-Request-Id: " + requestId(request) + "\r\n"
                + "Content-Length: " + request.body().length + "\r\n\r\n";
    }

    private ByteBuf body(byte[] bytes) {
        if (directBytes + bytes.length > MOST_DIRECT_BYTES) {
            return Unpooled.wrappedBuffer(bytes);
        }
        directBytes += bytes.length;
        return ReceiveBuffer.PLAIN.directBuffer(Math.max(1, bytes.length)).writeBytes(bytes);
    }
}
