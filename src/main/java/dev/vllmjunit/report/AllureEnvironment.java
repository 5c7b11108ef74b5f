package dev.vllmjunit.report;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code environment.properties} in the Allure results: several test classes and JVMs add to one file, and none loses what
 * another wrote. A key with several values keeps them all.
 */
final class AllureEnvironment {

    private static final String SEPARATOR = " | ";

    private AllureEnvironment() {}

    /** Adds to the file, one thread and one JVM at a time: closing the channel frees its lock. */
    static synchronized void add(Path directory, Map<String, String> values) {
        Path file = directory.resolve("environment.properties");
        try {
            Files.createDirectories(directory);
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                channel.lock();
                rewrite(channel, values);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private static void rewrite(FileChannel channel, Map<String, String> values) throws IOException {
        Properties properties = new Properties();
        properties.load(
                new ByteArrayInputStream(Channels.newInputStream(channel).readAllBytes()));
        values.forEach(
                (key, value) -> properties.merge(key, value, (old, added) -> union((String) old, (String) added)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        properties.store(bytes, null);
        channel.truncate(0);
        channel.position(0);
        channel.write(ByteBuffer.wrap(bytes.toByteArray()));
    }

    private static String union(String old, String added) {
        return Stream.concat(Arrays.stream(old.split(" \\| ", -1)), Stream.of(added))
                .distinct()
                .collect(Collectors.joining(SEPARATOR));
    }
}
