package dev.vllmjunit.history;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The version of this library, as Maven wrote it into the jar. */
final class LibraryVersion {

    static final String VERSION = read();

    private LibraryVersion() {}

    private static String read() {
        try (InputStream file =
                LibraryVersion.class.getResourceAsStream("/META-INF/maven/dev.vllmjunit/vllm-junit/pom.properties")) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            return properties.getProperty("version", "from its build directory");
        } catch (IOException e) {
            throw new UncheckedIOException("the jar of vllm-junit cannot be read", e);
        }
    }
}
