package dev.vllmjunit.provision.local.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.OtherJvm;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.local.process.ManagedProcess.Guarding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes end with this JVM, and with all that they have started. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "the local stack is for Linux")
class ManagedProcessTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Guarding GUARDING = new Guarding(
            Path.of("python3"),
            Path.of("src/main/resources/dev/vllmjunit/local/guard.py").toAbsolutePath());

    private final Path temporary;

    ManagedProcessTest(@TempDir Path temporary) {
        this.temporary = temporary;
    }

    @Test
    void closingEndsTheProcessAndADaemonThatItLeft() throws IOException {
        ManagedProcess process = start("setsid sh -c 'echo $$ > ../daemon; exec sleep 600' & exec sleep 600");
        long daemon = pidIn("daemon");

        process.close();

        assertThat(isAlive(process.pid())).isFalse();
        assertThat(isAlive(daemon)).isFalse();
        assertThat(temporary.resolve("work")).doesNotExist();
    }

    @Test
    void theEndOfTheProcessIsTheEndOfWhatItStarted() throws IOException {
        try (ManagedProcess process = start("sleep 600 & echo $! > ../child; echo 'ERROR: out of luck' >&2; exit 3")) {
            long child = pidIn("child");

            assertThat(process.await(SOON)).hasValue(3);
            assertThat(isAlive(child)).isFalse();
            assertThatExceptionOfType(ProvisionException.class)
                    .isThrownBy(process::requireRunning)
                    .withMessage("a test process ended with status 3: ERROR: out of luck\n(log: "
                            + temporary.resolve("process.log") + ")");
        }
    }

    @Test
    void sharedMemoryOfTheProcessIsRemoved() throws IOException {
        Path segment = segment();

        holding(segment).close();

        assertThat(segment).doesNotExist();
    }

    @Test
    void sharedMemoryThatAnotherProcessUsesStays() throws IOException {
        Path segment = segment();
        try (FileChannel file = FileChannel.open(segment)) {
            MappedByteBuffer ours = file.map(FileChannel.MapMode.READ_ONLY, 0, 4096);

            holding(segment).close();

            assertThat(segment).exists();
            assertThat(ours.get(0)).isZero();
        } finally {
            Files.deleteIfExists(segment);
        }
    }

    private static Path segment() throws IOException {
        return Files.write(Files.createTempFile(Path.of("/dev/shm"), "vllm-junit-test-", ""), new byte[4096]);
    }

    private ManagedProcess holding(Path segment) throws IOException {
        String hold = "import mmap, time; f = open('" + segment
                + "', 'r+b'); m = mmap.mmap(f.fileno(), 4096); open('../ready', 'w').write('1'); time.sleep(600)";
        ManagedProcess process = start("exec python3 -c \"" + hold + "\"");
        pidIn("ready");
        return process;
    }

    @Test
    void theLastProcessTakesWhatLiesBesideItsDirectory() throws IOException {
        Path run = Files.createDirectory(temporary.resolve("run"));
        Files.createFile(run.resolve(".mark"));
        ManagedProcess first = in(run.resolve("first"));
        ManagedProcess last = in(run.resolve("last"));

        first.close();
        assertThat(run.resolve(".mark")).exists();

        last.close();
        assertThat(run).doesNotExist();
    }

    private ManagedProcess in(Path directory) {
        return ManagedProcess.start(
                new ProcessSpec(
                        "a test process",
                        List.of("sleep", "600"),
                        ProcessSpec.environment(Map.of()),
                        directory,
                        temporary.resolve("process.log")),
                GUARDING);
    }

    @Test
    void aProgramThatIsNotThereIsAnError() {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> ManagedProcess.start(spec(List.of("/no/such/program")), GUARDING))
                .withMessage(
                        "a test process could not be run: ERROR: [Errno 2] No such file or directory: '/no/such/program'");
        assertThat(temporary.resolve("work")).doesNotExist();
    }

    @Test
    void theKillOfTheJvmIsTheEndOfItsProcesses() throws IOException {
        Process jvm = OtherJvm.of(Starter.class, List.of(), temporary.toString())
                .redirectErrorStream(true)
                .start();
        String said =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8)).readLine();
        long pid = Long.parseLong(said);
        assertThat(isAlive(pid)).isTrue();

        jvm.destroyForcibly();

        await().atMost(SOON).until(() -> !isAlive(pid));
        await().atMost(SOON).until(() -> Files.notExists(temporary.resolve("work")));
    }

    /** Main class of the JVM that is killed. */
    static final class Starter {

        private Starter() {}

        public static void main(String[] arguments) throws InterruptedException {
            ManagedProcess process = new ManagedProcessTest(Path.of(arguments[0])).start("exec sleep 600");
            System.out.println(process.pid());
            process.await(Duration.ofMinutes(5));
        }
    }

    private ManagedProcess start(String script) {
        return ManagedProcess.start(spec(List.of("sh", "-c", script)), GUARDING);
    }

    private ProcessSpec spec(List<String> command) {
        return new ProcessSpec(
                "a test process",
                command,
                ProcessSpec.environment(Map.of()),
                temporary.resolve("work"),
                temporary.resolve("process.log"));
    }

    private long pidIn(String file) throws IOException {
        Path path = temporary.resolve(file);
        await().atMost(SOON)
                .until(() -> Files.exists(path) && !Files.readString(path).isBlank());
        return Long.parseLong(Files.readString(path).strip());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }
}
