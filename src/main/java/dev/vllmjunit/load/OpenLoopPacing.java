package dev.vllmjunit.load;

import dev.vllmjunit.workload.PlannedRequest;
import java.time.Duration;
import java.util.List;

/** A request is due at its intended start, whatever became of earlier ones. */
final class OpenLoopPacing implements Pacing {

    private static final int MOST_CONNECTIONS = 256;

    private final List<PlannedRequest> requests;
    private final Alarm alarm;
    private final Sender sender;
    private long startNanos;
    private int next;

    OpenLoopPacing(List<PlannedRequest> requests, Alarm alarm, Sender sender) {
        this.requests = requests;
        this.alarm = alarm;
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
                alarm.in(wait, this::sendWhatIsDue);
                return;
            }
            sender.send(next++, due);
        }
    }

    @Override
    public void ended(int position, long nanos) {}

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
