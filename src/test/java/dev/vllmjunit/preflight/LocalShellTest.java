package dev.vllmjunit.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LocalShellTest {

    private final HostShell shell = new LocalShell();

    @Test
    void returnsWhatAScriptSaysAndItsStatus() {
        assertThat(shell.run("echo out; echo err >&2; exit 3", Duration.ofSeconds(10)))
                .isEqualTo(new ShellOutput(3, "out\nerr\n"));
    }

    @Test
    void endsWhatTakesTooLongAndItsChildren(@TempDir Path directory) throws Exception {
        Path pid = directory.resolve("pid");

        assertThatThrownBy(() -> shell.run("sleep 600 & echo $! > " + pid + "; wait", Duration.ofSeconds(1)))
                .isInstanceOf(CannotCheckException.class)
                .hasMessage("a script on this machine did not end within 1000 ms");

        long child = Long.parseLong(Files.readString(pid).strip());
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> ProcessHandle.of(child)
                .filter(ProcessHandle::isAlive)
                .isEmpty());
    }
}
