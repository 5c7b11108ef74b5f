package dev.vllmjunit.history;

import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Folders of small text files, one level deep. Each file is written once and whole, so that several JVMs may write at a time. Thread-safe.
 * Methods throw {@link RuntimeException}s that name the file or the bucket.
 */
interface Archive extends AutoCloseable {

    /** Where {@code vllm.history} says, or below the reports directory; empty if it is switched off. */
    static Optional<Archive> of(Settings settings) {
        String location = settings.get(Setting.HISTORY).orElseGet(() -> settings.require(Setting.REPORTS_DIRECTORY)
                .resolve("history")
                .toString());
        if (location.equals("off")) {
            return Optional.empty();
        }
        return Optional.of(
                location.startsWith(BucketArchive.SCHEME)
                        ? BucketArchive.of(location, settings)
                        : new DirectoryArchive(Path.of(location)));
    }

    /** Names of the folders, in order. */
    List<String> folders();

    /** Names of the files in a folder, in order; none if it is not there. */
    List<String> files(String folder);

    /** Content of a file; empty if it is not there. */
    Optional<String> read(String folder, String file);

    /** Writes a file, in place of an earlier one. */
    void write(String folder, String file, String text);

    /** Where a file lies, for messages. */
    String locate(String folder, String file);

    @Override
    void close();
}
