package dev.vllmjunit.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A directory. */
record DirectoryArchive(Path root) implements Archive {

    @Override
    public List<String> folders() {
        return names(root, Files::isDirectory);
    }

    @Override
    public List<String> files(String folder) {
        return names(root.resolve(folder), Files::isRegularFile);
    }

    @Override
    public Optional<String> read(String folder, String file) {
        try {
            return Optional.of(Files.readString(root.resolve(folder).resolve(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("the history cannot read " + locate(folder, file), e);
        }
    }

    /** Writes beside the target, then moves over it: a reader sees a file whole or not at all. */
    @Override
    public void write(String folder, String file, String text) {
        try {
            Path directory = Files.createDirectories(root.resolve(folder));
            Path draft = Files.createTempFile(directory, ".", ".tmp");
            try {
                Files.writeString(draft, text);
                draft.toFile().setReadable(true, false);
                move(draft, directory.resolve(file));
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the history cannot write " + locate(folder, file)
                            + "; name a directory that can be written with vllm.history, or switch it off",
                    e);
        }
    }

    private static void move(Path draft, Path file) throws IOException {
        try {
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public String locate(String folder, String file) {
        return root.resolve(folder).resolve(file).toString();
    }

    private static List<String> names(Path directory, Predicate<Path> which) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(which)
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("the history cannot list " + directory, e);
        }
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
