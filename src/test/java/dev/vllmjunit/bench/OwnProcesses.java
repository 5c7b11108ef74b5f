package dev.vllmjunit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Processes of a local stack that this JVM has started, found by the directory that each part runs in. */
final class OwnProcesses {

    private static final int SECONDS_TO_END = 20;

    private OwnProcesses() {}

    /** Kills the first process of a part whose command has these words. */
    static void kill(String part, String words) {
        of(part, words).findFirst().orElseThrow().destroyForcibly();
    }

    /** Kills a part, and waits until nothing is left of it: its guard ends last. */
    static void end(String part) {
        of(part, "").findFirst().ifPresent(process -> {
            ProcessHandle guard = process.parent().orElseThrow();
            process.destroyForcibly();
            guard.onExit().orTimeout(SECONDS_TO_END, TimeUnit.SECONDS).join();
        });
    }

    static boolean runs(String part) {
        return of(part, "").findFirst().isPresent();
    }

    /** The process of a part that started the others. */
    static ProcessHandle first(String part) {
        return of(part, "").findFirst().orElseThrow();
    }

    /** The strings of such a file of the process below {@code /proc}. */
    static List<String> strings(long pid, String file) {
        try {
            return List.of(Files.readString(Path.of("/proc", String.valueOf(pid), file))
                    .split("\0"));
        } catch (IOException e) {
            return List.of();
        }
    }

    /** A number among the variables that a part was started with. */
    static int variable(String part, String name) {
        return of(part, "")
                .flatMap(process -> strings(process.pid(), "environ").stream())
                .filter(variable -> variable.startsWith(name + "="))
                .mapToInt(variable -> Integer.parseInt(variable.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** Sends a signal to all processes of a part. */
    static void signal(String part, String signal) {
        signal(part, "", signal);
    }

    /** Stops all processes of a part in what they do, for so long. Returns at once. */
    static void pause(String part, long seconds) {
        signal(part, "STOP");
        CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> signal(part, "CONT"));
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
                .filter(process ->
                        String.join(" ", strings(process.pid(), "cmdline")).contains(words));
    }

    /** Where a process runs. */
    static Path directory(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", String.valueOf(process.pid()), "cwd"));
        } catch (IOException e) {
            return Path.of("gone");
        }
    }
}
