package dev.vllmjunit.provision;

import dev.vllmjunit.http.ControlClient;
import java.time.Duration;
import org.awaitility.Awaitility;

/** Drops nodes' caches for tests. */
public final class Caches {

    private static final Duration POLL = Duration.ofMillis(20);

    private Caches() {}

    /**
     * Drops the prefix cache of every node; waits for one that still holds blocks for a transfer.
     *
     * @param external whether what the KV cache server holds in host memory goes, too
     */
    public static void drop(RunningStack stack, ControlClient control, boolean external, Duration deadline) {
        String path = "/reset_prefix_cache?reset_running_requests=false&reset_external=" + external;
        stack.nodes().forEach(node -> Awaitility.await()
                .pollInSameThread()
                .pollDelay(Duration.ZERO)
                .pollInterval(POLL)
                .timeout(deadline)
                .until(() -> control.post(node.endpoint().resolve(path)).contains("true")));
    }
}
