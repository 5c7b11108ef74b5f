package dev.vllmjunit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Processes of a local stack that this JVM has started, found by the directory that each part runs in. */
final class OwnProcesses {

    private OwnProcesses() {}

    /** Kills the first process of a part whose command has these words. */
    static void kill(String part, String words) {
        of(part).filter(process -> process.info().commandLine().orElse("").contains(words))
                .findFirst()
                .orElseThrow()
                .destroyForcibly();
    }

    /** Sends a signal to all processes of a part. */
    static void signal(String part, String signal) {
        List<String> command = Stream.concat(
                        Stream.of("kill", "-" + signal), of(part).map(process -> String.valueOf(process.pid())))
                .toList();
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Stream<ProcessHandle> of(String part) {
        return ProcessHandle.current().descendants().sorted().filter(process -> directory(process)
                .endsWith(part));
    }

    private static Path directory(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", String.valueOf(process.pid()), "cwd"));
        } catch (IOException e) {
            return Path.of("gone");
        }
    }
}
