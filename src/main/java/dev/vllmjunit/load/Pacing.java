package dev.vllmjunit.load;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.Schedule;
import io.netty.channel.EventLoop;

/** Decides when the next request of a schedule is due. Used from the event loop only. */
interface Pacing {

    /** Sends the request at a position of the schedule. */
    @FunctionalInterface
    interface Sender {

        /** Called when it is due, or as little later as possible. */
        void send(int position, long dueNanos);
    }

    /** The run's clock starts. */
    void start(long startNanos);

    /** The request at a position has ended, well or not. */
    void ended(int position, long nanos);

    /** No request may be sent any more. */
    void stop();

    /** How many connections are worth opening beforehand. */
    int connections();

    /** The pacing that a schedule asks for. */
    static Pacing of(Schedule schedule, Transport transport, EventLoop loop, Sender sender) {
        Alarm alarm = new Alarm(loop, transport.timerErrorNanos());
        int requests = schedule.requests().size();
        if (schedule.arrivals() instanceof Arrivals.ClosedLoop closed) {
            return new ClosedLoopPacing(Math.min(closed.concurrency(), requests), requests, loop, sender);
        }
        if (schedule.arrivals() instanceof Arrivals.Conversations conversations) {
            return ConversationPacing.inSlots(schedule.requests(), conversations, alarm, sender);
        }
        return schedule.arrivals() instanceof Arrivals.OpenConversations conversations
                ? ConversationPacing.open(schedule.requests(), conversations, alarm, sender)
                : new OpenLoopPacing(schedule.requests(), alarm, sender);
    }
}
