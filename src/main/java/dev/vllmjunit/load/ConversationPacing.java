package dev.vllmjunit.load;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A turn is due a think time after the turn before it has ended, well or not; a first turn when a slot for its conversation is free, and
 * not before its intended start.
 */
final class ConversationPacing implements Pacing {

    private static final int MOST_CONNECTIONS = 256;

    private final List<PlannedRequest> requests;
    private final int slots;
    private final long thinkNanos;
    private final Alarm alarm;
    private final Sender sender;
    /** Positions of the turns not sent yet, by conversation. */
    private final Map<Integer, Deque<Integer>> turns = new LinkedHashMap<>();

    private final Deque<Deque<Integer>> waiting;
    private boolean stopped;

    /** So many conversations at a time. */
    static Pacing inSlots(List<PlannedRequest> requests, Arrivals.Conversations arrivals, Alarm alarm, Sender sender) {
        return new ConversationPacing(requests, arrivals.concurrency(), arrivals.thinkTime(), alarm, sender);
    }

    /** Each conversation at its own time, however many are under way. */
    static Pacing open(List<PlannedRequest> requests, Arrivals.OpenConversations arrivals, Alarm alarm, Sender sender) {
        return new ConversationPacing(requests, Integer.MAX_VALUE, arrivals.thinkTime(), alarm, sender);
    }

    private ConversationPacing(
            List<PlannedRequest> requests, int concurrency, Duration thinkTime, Alarm alarm, Sender sender) {
        this.requests = requests;
        this.thinkNanos = thinkTime.toNanos();
        this.alarm = alarm;
        this.sender = sender;
        for (int position = 0; position < requests.size(); position++) {
            turns.computeIfAbsent(requests.get(position).documentId(), id -> new ArrayDeque<>())
                    .add(position);
        }
        Collection<Deque<Integer>> conversations = turns.values();
        this.waiting = new ArrayDeque<>(conversations);
        this.slots = Math.min(concurrency, waiting.size());
    }

    @Override
    public void start(long startNanos) {
        for (int slot = 0; slot < slots; slot++) {
            beginConversation(startNanos);
        }
    }

    @Override
    public void ended(int position, long nanos) {
        Deque<Integer> rest = turns.getOrDefault(requests.get(position).documentId(), new ArrayDeque<>());
        if (rest.isEmpty()) {
            beginConversation(nanos);
        } else {
            sendAt(rest.remove(), nanos + thinkNanos);
        }
    }

    private void beginConversation(long nanos) {
        if (!waiting.isEmpty()) {
            int first = waiting.remove().remove();
            sendAt(first, nanos + requests.get(first).intendedStart().toNanos());
        }
    }

    private void sendAt(int position, long due) {
        long wait = due - System.nanoTime();
        if (stopped) {
            return;
        }
        if (wait > 0) {
            alarm.in(wait, () -> sendAt(position, due));
        } else {
            sender.send(position, due);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public int connections() {
        return Math.min(slots, MOST_CONNECTIONS);
    }
}
