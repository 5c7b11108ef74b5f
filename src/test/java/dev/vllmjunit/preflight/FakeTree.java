package dev.vllmjunit.preflight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A host whose own files are below a directory, and whose scripts really run; and one that says what it is told to. */
record FakeTree(Path root) {

    FakeTree file(String path, String text) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Host host() {
        return new Host("gpu-1", "10.0.0.1", new LocalShell(), root.toString());
    }

    static Host saying(int status, String text) {
        return new Host("gpu-1", "10.0.0.1", (script, limit) -> new ShellOutput(status, text), "");
    }

    /** Cannot be reached at all. */
    static Host silent() {
        return new Host("gpu-1", "10.0.0.1", FakeTree::cannot, "");
    }

    private static ShellOutput cannot(String script, Duration limit) {
        throw new CannotCheckException("no shell on gpu-1");
    }
}
