package dev.vllmjunit.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.Locale;
import java.util.stream.Stream;

/** Files below the reports directory. A reader sees a file whole or not at all. */
final class ReportFiles {

    private ReportFiles() {}

    static Path write(Path file, String text) {
        return write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes beside the target, then moves over it. */
    static Path write(Path file, byte[] content) {
        try {
            Path directory = Files.createDirectories(file.toAbsolutePath().getParent());
            Path draft = Files.createTempFile(directory, "." + file.getFileName(), ".tmp");
            try {
                move(Files.write(draft, content), file);
            } finally {
                Files.deleteIfExists(draft);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the report file " + file, e);
        }
    }

    private static void move(Path draft, Path file) throws IOException {
        draft.toFile().setReadable(true, false);
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Deletes a directory that an earlier run of the same tests left. */
    static void clear(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear the earlier report in " + directory, e);
        }
    }

    /** A name for a file or directory: lower case letters, digits and single dashes, at most 80 characters. */
    static String slug(String text) {
        String dashed =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return dashed.isEmpty() ? "unnamed" : dashed.substring(0, Math.min(80, dashed.length()));
    }
}
