package dev.vllmjunit.load;

import dev.vllmjunit.workload.PlannedRequest;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A request is due at its intended start, whatever became of earlier ones. Timers are set a little early, by as much as they are
 * usually late; the rest passes in turns through the event loop, which goes on reading meanwhile.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a timer that comes after the stop finds nothing to send
final class OpenLoopPacing implements Pacing {

    private static final int MOST_CONNECTIONS = 256;

    private final List<PlannedRequest> requests;
    private final EventLoop loop;
    private final long timerErrorNanos;
    private final Sender sender;
    private long startNanos;
    private int next;

    OpenLoopPacing(List<PlannedRequest> requests, EventLoop loop, long timerErrorNanos, Sender sender) {
        this.requests = requests;
        this.loop = loop;
        this.timerErrorNanos = timerErrorNanos;
        this.sender = sender;
    }

    @Override
    public void start(long start) {
        startNanos = start;
        sendWhatIsDue();
    }

    private void sendWhatIsDue() {
        while (next < requests.size()) {
            long due = startNanos + requests.get(next).intendedStart().toNanos();
            long wait = due - System.nanoTime();
            if (wait > 0) {
                comeBackIn(wait);
                return;
            }
            sender.send(next++, due);
        }
    }

    private void comeBackIn(long nanos) {
        if (nanos > timerErrorNanos) {
            loop.schedule(this::sendWhatIsDue, nanos - timerErrorNanos, TimeUnit.NANOSECONDS);
        } else {
            loop.execute(this::sendWhatIsDue);
        }
    }

    @Override
    public void ended(long nanos) {}

    @Override
    public void stop() {
        next = requests.size();
    }

    /** About as many as are sent in the first second. */
    @Override
    public int connections() {
        long early = requests.stream()
                .filter(request -> request.intendedStart().compareTo(Duration.ofSeconds(1)) < 0)
                .count();
        return (int) Math.min(MOST_CONNECTIONS, early);
    }
}
