package dev.vllmjunit.load;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * A request is due when a slot is free. The first ones go out one by one, a little apart, and the event loop reads in between:
 * otherwise a thousand of them would hold up each other and the answers to the first.
 */
final class ClosedLoopPacing implements Pacing {

    /** About twice what sending one takes, so that a server that reads as fast as this sends has no queue. */
    private static final long APART_NANOS = TimeUnit.MICROSECONDS.toNanos(30);

    private final int slots;
    private final int requests;
    private final EventLoop loop;
    private final Sender sender;
    private final Runnable fill = this::fillSlots;
    private int filled;
    private long nextFillNanos;
    private int next;
    private boolean stopped;

    ClosedLoopPacing(int slots, int requests, EventLoop loop, Sender sender) {
        this.slots = slots;
        this.requests = requests;
        this.loop = loop;
        this.sender = sender;
    }

    @Override
    public void start(long startNanos) {
        nextFillNanos = startNanos;
        fillSlots();
    }

    private void fillSlots() {
        long now = System.nanoTime();
        if (filled < slots && now >= nextFillNanos) {
            filled++;
            nextFillNanos = now + APART_NANOS;
            sendNext(now);
        }
        if (filled < slots) {
            loop.execute(fill);
        }
    }

    @Override
    public void ended(int position, long nanos) {
        sendNext(nanos);
    }

    private void sendNext(long nanos) {
        if (next < requests && !stopped) {
            sender.send(next++, nanos);
        }
    }

    @Override
    public void stop() {
        stopped = true;
    }

    @Override
    public int connections() {
        return slots;
    }
}
