package dev.vllmjunit.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How long the event loops of driver and {@link ReferenceServer} could have run, but others had their cores.
 *
 * @param driver in milliseconds
 * @param server in milliseconds
 */
record CoreWait(double driver, double server) {

    static CoreWait now(long serverPid) {
        return new CoreWait(
                millis(ProcessHandle.current().pid(), "vllm-load"), millis(serverPid, ReferenceServer.THREAD));
    }

    CoreWait since(CoreWait earlier) {
        return new CoreWait(driver - earlier.driver, server - earlier.server);
    }

    private static double millis(long pid, String thread) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.filter(task -> read(task.resolve("comm")).startsWith(thread))
                    .mapToDouble(task ->
                            Long.parseLong(read(task.resolve("schedstat")).split(" ")[1]) / 1e6)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty for a thread that has just ended. */
    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException ended) {
            return "";
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "driver %.1f server %.1f", driver, server);
    }
}
