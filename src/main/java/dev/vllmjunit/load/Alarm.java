package dev.vllmjunit.load;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;

/**
 * Wakes somebody up on the event loop when the time has come. Timers are set a little early, by as much as they are usually late;
 * whoever is woken before the time asks again, and the rest passes in turns through the event loop, which goes on reading meanwhile.
 *
 * @param loop where the waker runs
 * @param errorNanos how much later than asked for the loop's timers usually run
 */
@SuppressWarnings("FutureReturnValueIgnored") // who is woken too late finds nothing to do
record Alarm(EventLoop loop, long errorNanos) {

    void in(long nanos, Runnable woken) {
        if (nanos > errorNanos) {
            loop.schedule(woken, nanos - errorNanos, TimeUnit.NANOSECONDS);
        } else {
            loop.execute(woken);
        }
    }
}
