package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The threads and sockets that there are now, to find those that something else leaves behind.
 *
 * @param threads alive
 * @param sockets open; 0 where the system does not tell
 */
record Leftovers(Set<Thread> threads, long sockets) {

    /** Of the JVM or of a library, once for all: they serve whoever comes, and end or sleep by themselves. Ours have names. */
    private static final Pattern SHARED = Pattern.compile(
            "ForkJoinPool\\.commonPool-.*|HttpClient-\\d+-.*|CompletableFutureDelayScheduler|junit-jupiter-timeout-watcher|globalEventExecutor-.*"
                    + "|awaitility-.*|pool-\\d+-thread-\\d+|parallel-\\d+|boundedElastic-.*|Common-Cleaner|Attach Listener|idle-connection-reaper|process reaper");

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    static Leftovers before() {
        return new Leftovers(Thread.getAllStackTraces().keySet(), openSockets());
    }

    void assertNone() {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(newThreads()).as("threads left behind").isEmpty();
            assertThat(openSockets()).as("open sockets").isLessThanOrEqualTo(sockets);
        });
    }

    private List<String> newThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !threads.contains(thread))
                .map(Thread::getName)
                .filter(name -> !SHARED.matcher(name).matches())
                .sorted()
                .toList();
    }

    private static long openSockets() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors.filter(Leftovers::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }
}
