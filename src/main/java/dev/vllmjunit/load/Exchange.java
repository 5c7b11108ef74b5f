package dev.vllmjunit.load;

import dev.vllmjunit.workload.PlannedRequest;
import io.netty.util.concurrent.ScheduledFuture;
import org.jspecify.annotations.Nullable;

/** One request on its way, and what came back so far. Used from the event loop until the run is over. */
final class Exchange {

    final PlannedRequest planned;
    final String requestId;
    final Answer answer;
    private final long dueNanos;
    private long sentNanos;
    private long endNanos;
    private boolean sent;
    private boolean ended;
    private @Nullable String failure;
    private @Nullable Connection connection;
    private @Nullable ScheduledFuture<?> deadline;

    Exchange(PlannedRequest planned, String requestId, long dueNanos) {
        this.planned = planned;
        this.requestId = requestId;
        this.dueNanos = dueNanos;
        this.answer = new Answer(planned.maxTokens());
    }

    void endsAt(ScheduledFuture<?> atDeadline) {
        deadline = atDeadline;
    }

    void sent(long nanos, Connection over) {
        sent = true;
        sentNanos = nanos;
        connection = over;
    }

    /** Ends it, once; later ends are ignored. */
    boolean end(long nanos, @Nullable String failed) {
        if (ended) {
            return false;
        }
        ended = true;
        endNanos = nanos;
        failure = failed;
        connection = null;
        if (deadline != null) {
            deadline.cancel(false);
        }
        return true;
    }

    /** Where it is, for failures. */
    String phase() {
        if (!sent) {
            return "while connecting";
        }
        int events = answer.output.events();
        return events == 0 ? "while waiting for the first token" : "in the stream after " + Wording.events(events);
    }

    boolean hasEnded() {
        return ended;
    }

    boolean wasSent() {
        return sent;
    }

    long dueNanos() {
        return dueNanos;
    }

    long sentNanos() {
        return sentNanos;
    }

    long endNanos() {
        return endNanos;
    }

    @Nullable
    String failure() {
        return failure;
    }

    @Nullable
    Connection connection() {
        return connection;
    }
}
