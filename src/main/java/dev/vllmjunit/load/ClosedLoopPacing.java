package dev.vllmjunit.load;

/** A request is due when a slot is free. */
final class ClosedLoopPacing implements Pacing {

    private final int slots;
    private final int requests;
    private final Sender sender;
    private int next;
    private boolean stopped;

    ClosedLoopPacing(int slots, int requests, Sender sender) {
        this.slots = slots;
        this.requests = requests;
        this.sender = sender;
    }

    @Override
    public void start(long startNanos) {
        for (int slot = 0; slot < slots; slot++) {
            ended(startNanos);
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
