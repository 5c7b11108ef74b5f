package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;

/** The few lines that an embedded node has to say about itself; its requests are in its metrics. Thread-safe. */
final class NodeLog implements AutoCloseable {

    private final Path file;

    private NodeLog(Path file) {
        this.file = file;
    }

    /** Begins {@code NAME.log}, or goes on with it. */
    static NodeLog open(Path directory, String name) {
        NodeLog log = new NodeLog(directory.resolve(name + ".log"));
        try {
            log.line("starts");
            return log;
        } catch (UncheckedIOException e) {
            throw new ProvisionException(name + ": cannot write its log " + log.file + ": " + e.getMessage(), e);
        }
    }

    Path file() {
        return file;
    }

    synchronized void line(String text) {
        try {
            Files.writeString(
                    file,
                    Instant.now() + " " + text + System.lineSeparator(),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        line("stopped");
    }
}
