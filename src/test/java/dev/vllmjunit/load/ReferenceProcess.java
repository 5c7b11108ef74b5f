package dev.vllmjunit.load;

import dev.vllmjunit.OtherJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link ReferenceServer} in a process of its own; it ends with its standard input, and so with this JVM. */
final class ReferenceProcess implements AutoCloseable {

    private static final Path TASKSET = Path.of("/usr/bin/taskset");

    private final Process process;
    private final URI endpoint;

    private ReferenceProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader();
        endpoint = URI.create("http://127.0.0.1:" + output.readLine());
    }

    /** Anywhere on the machine, beside others. */
    static ReferenceProcess start() {
        return start(List.of(), List.of());
    }

    /** Alone on the second core, where {@code taskset} is there: it never sleeps. */
    static ReferenceProcess spinning(Plan others) {
        return start(
                pinnedTo(1), List.of("spin", "" + others.ttftMicros(), "" + others.gapMicros(), "" + others.tokens()));
    }

    /** The start of a command that is to run on one core only. */
    static List<String> pinnedTo(int core) {
        return Files.isExecutable(TASKSET) ? List.of(TASKSET.toString(), "-c", "" + core) : List.of();
    }

    private static ReferenceProcess start(List<String> pinned, List<String> arguments) {
        List<String> command = new ArrayList<>(pinned);
        // The better compiler works for seconds, and would do so on the server's core.
        List<String> options = List.of("-Xmx1g", "-Xmn256m", "-XX:TieredStopAtLevel=1");
        command.addAll(OtherJvm.command(ReferenceServer.class, options, arguments.toArray(String[]::new)));
        try {
            return new ReferenceProcess(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI endpoint() {
        return endpoint;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
