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
        of(part, words).findFirst().orElseThrow().destroyForcibly();
    }

    /** A number among the variables that a part was started with. */
    static int variable(String part, String name) {
        return of(part, "")
                .flatMap(process -> variables(process).lines())
                .filter(variable -> variable.startsWith(name + "="))
                .mapToInt(variable -> Integer.parseInt(variable.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private static String variables(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "environ"))
                    .replace('\0', '\n');
        } catch (IOException e) {
            return "";
        }
    }

    /** Sends a signal to all processes of a part. */
    static void signal(String part, String signal) {
        signal(part, "", signal);
    }

    /** Sends a signal to the processes of a part whose commands have these words. */
    static void signal(String part, String words, String signal) {
        List<String> command = Stream.concat(
                        Stream.of("kill", "-" + signal), of(part, words).map(process -> String.valueOf(process.pid())))
                .toList();
        try {
            new ProcessBuilder(command).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Stream<ProcessHandle> of(String part, String words) {
        return ProcessHandle.current()
                .descendants()
                .sorted()
                .filter(process -> directory(process).endsWith(part))
                .filter(process -> process.info().commandLine().orElse("").contains(words));
    }

    private static Path directory(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", String.valueOf(process.pid()), "cwd"));
        } catch (IOException e) {
            return Path.of("gone");
        }
    }
}
