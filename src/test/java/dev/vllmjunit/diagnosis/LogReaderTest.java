package dev.vllmjunit.diagnosis;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.vllmjunit.diagnosis.PartLog.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {

    private final Path directory;

    LogReaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void readsWhatIsLoggedFromItsMakingOn() throws IOException {
        log("prefill-0", "of an earlier session\n");
        LogReader reader = reader();
        log("prefill-0", "first\nsecond\n");
        log("lmcache-server", "\u001B[33;20mwarned\u001B[0m\n");
        log("ceph-mon.a", "of a part without rules\n");

        assertThat(reader.read())
                .extracting(PartLog::name, PartLog::part)
                .containsExactly(tuple("lmcache-server", Part.CACHE_SERVER), tuple("prefill-0", Part.PREFILL));
        assertThat(reader.read().get(0).lines()).containsExactly(new Line(1, "warned"));
        assertThat(reader.read().get(1).lines()).containsExactly(new Line(2, "first"), new Line(3, "second"));
    }

    @Test
    void ofWhatWasLoggedBeforeTheTestKeepsTheConfiguration() throws IOException {
        LogReader reader = reader();
        log("lmcache-server", "an error of the test before\nTokenHasher initialized: chunk_size=256, hash\n");
        reader.begin();
        log("lmcache-server", "an error of this test\n");

        assertThat(reader.read().get(0).lines())
                .containsExactly(
                        new Line(2, "TokenHasher initialized: chunk_size=256, hash"),
                        new Line(3, "an error of this test"));
    }

    @Test
    void readsTheEndOfALongLogAndCountsItsLines() throws IOException {
        LogReader reader = reader();
        log("decode-0", ("x".repeat(99) + "\n").repeat(100_000) + "last\n");

        PartLog log = reader.read().get(0);

        assertThat(log.lines()).hasSizeBetween(41_000, 42_000);
        assertThat(log.lines().get(log.lines().size() - 1)).isEqualTo(new Line(100_001, "last"));
    }

    @Test
    void aLogThatHasBegunAnewIsReadFromItsStart() throws IOException {
        log("decode-0", "of an earlier session, which was long\n");
        LogReader reader = reader();
        Files.writeString(directory.resolve("decode-0.log"), "anew\n");

        assertThat(reader.read().get(0).lines()).containsExactly(new Line(1, "anew"));
    }

    @Test
    void masksEveryLine() throws IOException {
        LogReader reader = new LogReader(directory, text -> text.replace("s3cr3t", "****"));
        log("decode-0", "key s3cr3t\n");

        assertThat(reader.read().get(0).lines()).containsExactly(new Line(1, "key ****"));
    }

    @Test
    void thereMayBeNoDirectory() {
        assertThat(new LogReader(directory.resolve("none"), UnaryOperator.identity()).read())
                .isEmpty();
    }

    private LogReader reader() {
        return new LogReader(directory, UnaryOperator.identity());
    }

    private void log(String part, String text) throws IOException {
        Files.writeString(directory.resolve(part + ".log"), text, CREATE, APPEND);
    }
}
