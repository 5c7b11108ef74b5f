package dev.vllmjunit.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** Documents that are the text files of a folder, in the order of their names; hidden files and sub-folders are passed over. */
final class DocumentFolder {

    private final Path folder;
    private final OptionalInt count;
    private final OptionalInt length;

    DocumentFolder(Path folder, OptionalInt count, OptionalInt length) {
        this.folder = folder;
        this.count = count;
        this.length = length;
    }

    List<Prompt> load(ExactLength lengths) {
        return files().stream().map(file -> read(file, lengths)).toList();
    }

    private List<Path> files() {
        List<Path> files = list();
        int wanted = count.orElse(Math.max(1, files.size()));
        if (files.size() < wanted) {
            throw new IllegalArgumentException("documentsFrom(" + folder + ") needs " + wanted
                    + " or more text files there, but found " + files.size());
        }
        return files.subList(0, wanted);
    }

    private List<Path> list() {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(DocumentFolder::isDocument).sorted().toList();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "documentsFrom(" + folder + ") needs a folder that can be read, but: " + e, e);
        }
    }

    private static boolean isDocument(Path path) {
        return Files.isRegularFile(path) && !path.getFileName().toString().startsWith(".");
    }

    private Prompt read(Path file, ExactLength lengths) {
        Prompt whole = lengths.measure(text(file));
        int wanted = length.orElse(Prompt.BLOCK);
        if (whole.tokens() < wanted) {
            throw new IllegalArgumentException("document " + file + " has " + whole.tokens() + " tokens, but needs "
                    + wanted + "; lower documentLength or take the file out of the folder");
        }
        boolean fits = length.isEmpty() || whole.tokens() == wanted;
        return fits ? whole : lengths.cut(WordText.of(List.of(), whole.text()), wanted);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalArgumentException("document " + file + " can't be read as UTF-8 text: " + e, e);
        }
    }
}
