package dev.vllmjunit.load;

import io.netty.channel.EventLoop;

/**
 * A request is due when a slot is free. The first ones go out in small groups, between which the event loop reads: otherwise a
 * thousand of them would hold up the answers to the first.
 */
final class ClosedLoopPacing implements Pacing {

    private static final int GROUP = 16;

    private final int slots;
    private final int requests;
    private final EventLoop loop;
    private final Sender sender;
    private int filled;
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
        fillSlots();
    }

    private void fillSlots() {
        for (int i = 0; i < GROUP && filled < slots; i++) {
            filled++;
            ended(System.nanoTime());
        }
        if (filled < slots) {
            loop.execute(this::fillSlots);
        }
    }

    @Override
    public void ended(long nanos) {
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
