package dev.vllmjunit.provision.local.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.vllm.LogReason;
import dev.vllmjunit.provision.vllm.WatchedPart;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process and all that it starts, which end when this is closed and when this JVM ends, however it ends: a guard process ends them when
 * the pipe from this JVM closes. Shared memory they have mapped is removed. Thread-safe.
 */
public final class ManagedProcess implements WatchedPart, AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration ENDING = Duration.ofSeconds(15);
    private static final int SIGNALLED = 128;

    private final ProcessSpec spec;
    private final Process guard;
    private final long pid;
    private final long logStart;
    private volatile boolean asked;

    private ManagedProcess(ProcessSpec spec, Process guard, long pid, long logStart) {
        this.spec = spec;
        this.guard = guard;
        this.pid = pid;
        this.logStart = logStart;
    }

    /**
     * Starts it.
     *
     * @param guarding which Python runs which guard
     * @throws ProvisionException if the program cannot be run
     */
    public static ManagedProcess start(ProcessSpec spec, Guarding guarding) {
        long logStart = spec.log().toFile().length();
        try {
            Process guard = new ProcessBuilder(
                            guarding.python().toString(),
                            "-I",
                            "-S",
                            guarding.script().toString())
                    .redirectError(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                    .start();
            send(spec, guard);
            String pid = new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (pid == null) {
                throw new ProvisionException(spec.name() + " could not be run: " + LogReason.of(spec.log(), logStart));
            }
            return new ManagedProcess(spec, guard, Long.parseLong(pid), logStart);
        } catch (IOException e) {
            throw new ProvisionException(spec.name() + " could not be run by " + guarding.python() + ": " + e, e);
        }
    }

    private static void send(ProcessSpec spec, Process guard) throws IOException {
        byte[] message = JSON.writeValueAsBytes(Map.of(
                "command", spec.command(),
                "environment", spec.environment(),
                "directory", spec.directory().toAbsolutePath().toString(),
                "log", spec.log().toAbsolutePath().toString()));
        OutputStream pipe = guard.getOutputStream();
        pipe.write(message);
        pipe.write('\n');
        pipe.flush();
    }

    /** What runs the guard, and the guard: Python 3.9 or later on Linux. */
    public record Guarding(Path python, Path script) {}

    @Override
    public String name() {
        return spec.name();
    }

    @Override
    public Path log() {
        return spec.log();
    }

    /** The process itself, not its guard. */
    public long pid() {
        return pid;
    }

    /** Its exit status, 128 + signal where a signal ended it; empty while it runs. */
    public OptionalInt exitStatus() {
        return guard.isAlive() ? OptionalInt.empty() : OptionalInt.of(guard.exitValue());
    }

    @Override
    public void requireRunning() {
        exitStatus().ifPresent(status -> {
            throw failed("ended with " + described(status));
        });
    }

    /** How it ended, if it did without being asked to, with the last error in its log. */
    public Optional<String> end() {
        OptionalInt status = asked ? OptionalInt.empty() : exitStatus();
        return status.isPresent()
                ? Optional.of(String.valueOf(
                        failed("ended with " + described(status.getAsInt())).getMessage()))
                : Optional.empty();
    }

    private static String described(int status) {
        return "status " + status
                + switch (status) {
                    case SIGNALLED + 9 -> " (killed: by somebody, or by the system for want of memory)";
                    case SIGNALLED + 11 -> " (segmentation fault)";
                    case SIGNALLED + 15 -> " (terminated by somebody)";
                    default -> status > SIGNALLED ? " (signal " + (status - SIGNALLED) + ")" : "";
                };
    }

    /**
     * Waits for its end.
     *
     * @return its exit status; empty if it still runs after that time
     */
    public OptionalInt await(Duration longest) {
        try {
            return guard.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)
                    ? OptionalInt.of(guard.exitValue())
                    : OptionalInt.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProvisionException("interrupted while " + spec.name() + " ran", e);
        }
    }

    @Override
    public ProvisionException failed(String what) {
        return new ProvisionException(
                spec.name() + " " + what + ": " + LogReason.of(spec.log(), logStart) + "\n(log: " + spec.log() + ")");
    }

    @Override
    public String logText() {
        return LogReason.read(spec.log(), logStart);
    }

    /** Kills it and all that it started, as a crash does; no {@link #end} is told of it. Waits until they are gone, at most 15 s. */
    public void kill() {
        asked = true;
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        await(ENDING);
    }

    /** Stops it and all that it has started where they are, with SIGSTOP. */
    public void pause() {
        signal("STOP");
    }

    /** Lets them go on, with SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        List<String> command = Stream.concat(
                        Stream.of("kill", "-" + signal),
                        ProcessHandle.of(pid).stream()
                                .flatMap(own -> Stream.concat(Stream.of(own), own.descendants()))
                                .map(process -> String.valueOf(process.pid())))
                .toList();
        if (command.size() > 2) {
            try {
                new ProcessBuilder(command).start().waitFor();
            } catch (IOException e) {
                throw new ProvisionException(spec.name() + ": cannot send SIG" + signal + ": " + e, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void askToEnd() {
        asked = true;
        try {
            guard.getOutputStream().close();
        } catch (IOException e) {
            guard.destroy();
        }
    }

    /** Ends it and all that it started, and waits until they are gone, at most 15 s. Closing twice is harmless. */
    @Override
    public void close() {
        askToEnd();
        try {
            if (!guard.waitFor(ENDING.toMillis(), TimeUnit.MILLISECONDS)) {
                guard.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            guard.destroy();
        }
    }

    /** The name, process id and state. */
    @Override
    public String toString() {
        return spec.name() + " (process " + pid + ", "
                + Optional.of(exitStatus())
                        .filter(OptionalInt::isPresent)
                        .map(s -> "ended")
                        .orElse("runs") + ")";
    }
}
