package dev.vllmjunit.preflight;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The shell of this machine. */
record LocalShell() implements HostShell {

    @Override
    public ShellOutput run(String script, Duration limit) {
        Process process = start(script);
        try {
            CompletableFuture<String> text = CompletableFuture.supplyAsync(() -> read(process));
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new CannotCheckException(
                        "a script on this machine did not end within " + limit.toMillis() + " ms");
            }
            return new ShellOutput(process.exitValue(), text.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotCheckException("interrupted while a script ran on this machine");
        } finally {
            end(process);
        }
    }

    private static Process start(String script) {
        try {
            return new ProcessBuilder("/bin/sh", "-c", script)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new CannotCheckException("this machine has no /bin/sh: " + e.getMessage());
        }
    }

    private static String read(Process process) {
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With what it started: a child that holds the pipe would keep its reader. */
    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
