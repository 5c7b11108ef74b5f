package dev.vllmjunit.load;

/**
 * How well the driver kept up with its own schedule, so that a run that it slowed down can be told from a slow server. Send
 * lateness is from when a request was due (its intended start in an open loop, the moment a slot was free in a closed loop) to
 * when its first byte was handed to the socket, without the time that opening a connection took. Loop lag is how much later than
 * asked for the event loop ran a task that is due every 5 ms, so the distribution of what the loop adds to the timestamp of an
 * event that comes at any time; the longest stall may have been up to 5 ms longer than the largest of these.
 *
 * @param sending send lateness of the requests
 * @param loop loop lag
 * @param gcNanos time for which this JVM's garbage collectors stopped it during the run, in steps of a millisecond
 * @param compilingNanos time for which this JVM's compilers worked during the run, on cores that the driver may have needed
 * @param stealFraction share of the machine's CPU time that its hypervisor gave to others, 0 to 1; 0 where nobody can tell
 * @param connections connections opened
 */
public record DriverHealth(
        Lateness sending, Lateness loop, long gcNanos, long compilingNanos, double stealFraction, int connections) {}
