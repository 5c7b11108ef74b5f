package dev.vllmjunit.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A model hub's cache with one tokenizer, for clients that take a tokenizer by its name only, and are not to ask the hub. */
final class HubCache {

    static final String NAME = "reference/tokenizer";

    private static final String REVISION = "0".repeat(40);

    private HubCache() {}

    static Map<String, String> environment(Path home) {
        return Map.of("HF_HOME", home.toString(), "HF_HUB_OFFLINE", "1", "TRANSFORMERS_OFFLINE", "1");
    }

    /** Lays out the hub's folders below {@code home} with the JSON files of a tokenizer's directory. */
    static void in(Path home, Path tokenizer) throws IOException {
        Path model = home.resolve("hub").resolve("models--" + NAME.replace("/", "--"));
        Path snapshot = Files.createDirectories(model.resolve("snapshots").resolve(REVISION));
        Path refs = Files.createDirectories(model.resolve("refs"));
        Files.writeString(refs.resolve("main"), REVISION);
        for (Path file : jsonFiles(tokenizer)) {
            Files.copy(file, snapshot.resolve(file.getFileName()));
        }
    }

    private static List<Path> jsonFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json")).toList();
        }
    }
}
