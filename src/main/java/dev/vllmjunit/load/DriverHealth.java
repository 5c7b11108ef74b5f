package dev.vllmjunit.load;

/**
 * How well the driver kept up with its own schedule, so that a run that it slowed down can be told from a slow server. Send
 * lateness is from when a request was due (its intended start in an open loop, the moment a slot was free in a closed loop) to
 * when its first byte was handed to the socket, without the time that opening a connection took. Loop lag is how much later than
 * asked for the event loop ran a task that was due every few milliseconds: what it adds at most to a timestamp.
 *
 * @param maxSendLatenessNanos largest send lateness
 * @param p99SendLatenessNanos 99th percentile of the send lateness
 * @param maxLoopLagNanos largest loop lag
 * @param p99LoopLagNanos 99th percentile of the loop lag
 * @param gcNanos time this JVM's garbage collectors took during the run, in steps of a millisecond
 * @param stealFraction share of the machine's CPU time that its hypervisor gave to others, 0 to 1; 0 where nobody can tell
 * @param connections connections opened
 */
public record DriverHealth(
        long maxSendLatenessNanos,
        long p99SendLatenessNanos,
        long maxLoopLagNanos,
        long p99LoopLagNanos,
        long gcNanos,
        double stealFraction,
        int connections) {}
