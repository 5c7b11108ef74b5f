package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.OtherJvm;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllureEnvironmentTest {

    private final Path directory;

    AllureEnvironmentTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void laterKeysJoinEarlierOnesAndDifferentValuesAreKept() throws IOException {
        AllureEnvironment.add(directory, Map.of("stack", "embedded", "topology", "1P1D"));
        AllureEnvironment.add(directory, Map.of("topology", "2P1D", "profile", "nixl-s3"));
        AllureEnvironment.add(directory, Map.of("topology", "1P1D"));

        assertThat(written())
                .containsOnly(
                        Map.entry("stack", "embedded"),
                        Map.entry("topology", "1P1D | 2P1D"),
                        Map.entry("profile", "nixl-s3"));
    }

    @Test
    void severalJvmsLoseNothing() throws IOException, InterruptedException {
        List<Process> jvms = List.of(writer("a"), writer("b"), writer("c"));

        for (Process jvm : jvms) {
            assertThat(jvm.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(jvm.exitValue()).isZero();
        }

        assertThat(written()).hasSize(3 * Writer.KEYS);
    }

    private Process writer(String prefix) throws IOException {
        return OtherJvm.of(Writer.class, List.of(), directory.toString(), prefix)
                .inheritIO()
                .start();
    }

    /** What another JVM runs. */
    static final class Writer {

        static final int KEYS = 50;

        private Writer() {}

        public static void main(String[] args) {
            IntStream.range(0, KEYS)
                    .forEach(i -> AllureEnvironment.add(Path.of(args[0]), Map.of(args[1] + i, "value")));
        }
    }

    private Map<Object, Object> written() throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(directory.resolve("environment.properties"))) {
            properties.load(reader);
        }
        return properties;
    }
}
