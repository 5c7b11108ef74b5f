package dev.vllmjunit.provision.local.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Building the environment, with a Python that only pretends to install. */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "the local stack is for Linux on amd64")
class InstallationTest {

    /** Runs the guard for real; a venv gets a copy of itself, and pip does what {@code PIP} says. */
    private static final String FAKE =
            """
            #!/bin/sh
            case "$*" in
              "-c import sys, venv"*) echo "3 VERSION" ;;
              "-m venv "*) mkdir -p "$3/bin" "$3/lib" && cp "$0" "$3/bin/python" ;;
              "-m pip "*) PIP ;;
              *guard.py) exec python3 "$@" ;;
              *) : ;;
            esac
            """;

    private final List<String> progress = new ArrayList<>();
    private final Path temporary;
    private final Path cpuInfo;

    InstallationTest(@TempDir Path temporary) throws IOException {
        this.temporary = temporary;
        this.cpuInfo = Files.writeString(temporary.resolve("cpuinfo"), "flags : fpu sse4_2 avx2\n");
    }

    @Test
    void buildsTheEnvironmentOnceAndTellsHowFarItIs() throws IOException {
        Installation installation = installation("11", "echo installed > ${0%/bin/python}/lib/pip");

        Path first = installation.engine(Optional.empty()).root();
        int lines = progress.size();
        Path second = installation.engine(Optional.empty()).root();

        assertThat(first).isEqualTo(second).isEqualTo(cache().resolve("local-" + Scripts.hash(Scripts.LOCK)));
        assertThat(first.resolve("lib/pip")).hasContent("installed");
        assertThat(progress).hasSize(lines);
        assertThat(progress.get(0))
                .isEqualTo("Building the Python environment of the local stack below " + cache()
                        + ", once: about 6 GB, some minutes");
        assertThat(progress)
                .contains("  [2/4] packages from the index …")
                .anyMatch(line -> line.matches(" {2}\\[4/4] compiled modules: done after \\d+ s"));
    }

    @Test
    void anUnreachableIndexIsSaidInPipsWordsAndLeavesNothing() throws IOException {
        Installation installation = installation(
                "11", "echo 'ERROR: Could not find a version that satisfies the requirement aiohttp' >&2; exit 1");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> installation.engine(Optional.empty()))
                .withMessageStartingWith(
                        "making packages from the index ended with status 1: ERROR: Could not find a version"
                                + " that satisfies the requirement aiohttp\n(log: ");
        assertThat(cache().resolve("local-" + Scripts.hash(Scripts.LOCK))).doesNotExist();
    }

    @Test
    void refusesAPythonThatIsTooOld() throws IOException {
        Installation installation = installation("9", ":");

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> installation.engine(Optional.empty()))
                .withMessage(
                        "the local stack needs python3, 3.11 to 3.13, with its venv module (on Debian: apt-get install"
                                + " python3-venv), but " + temporary.resolve("python3") + " is 3.9");
    }

    @Test
    void saysWhereThereIsNoPython() {
        Machine machine = new Machine("/no/python3", cpuInfo);

        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> machine.requireForBuilding(temporary))
                .withMessageStartingWith("the local stack needs python3, 3.11 to 3.13, with its venv module (on Debian:"
                        + " apt-get install python3-venv), but there is none: ");
    }

    @Test
    void saysWhatTheProcessorLacks() throws IOException {
        Path old = Files.writeString(temporary.resolve("old"), "flags : fpu sse4_2\n");

        assertThat(new Machine("python3", cpuInfo).processorShortage()).isEmpty();
        assertThat(new Machine("python3", old).processorShortage())
                .contains("this processor has neither AVX-512 nor AVX2, which vLLM's CPU build needs");
    }

    @Test
    void anExistingEnvironmentHasToHoldTheEngine() throws IOException {
        assertThat(EngineHome.shortage(temporary)).contains("has no bin/python; name a Python virtual environment");
        Files.createDirectories(temporary.resolve("bin"));
        Files.createSymbolicLink(temporary.resolve("bin/python"), Path.of("/bin/sh"));
        Files.createDirectories(temporary.resolve("lib/python3.11/site-packages/vllm-0.32.0+cpu.dist-info"));
        Files.createDirectories(temporary.resolve("lib/python3.11/site-packages/torch-2.13.0.dist-info"));

        assertThat(EngineHome.shortage(temporary))
                .contains(
                        "lacks nixl, lmcache; install it there, or leave vllm.local.home out for an environment that is built");
    }

    @Test
    void theCacheIsWhereTheUserKeepsCaches() {
        assertThat(Installation.cacheDirectory(Map.of(), "/home/u")).isEqualTo(Path.of("/home/u/.cache/vllm-junit"));
        assertThat(Installation.cacheDirectory(Map.of("XDG_CACHE_HOME", "/big"), "/home/u"))
                .isEqualTo(Path.of("/big/vllm-junit"));
    }

    private Installation installation(String minor, String pip) throws IOException {
        Path python = Files.writeString(
                temporary.resolve("python3"), FAKE.replace("VERSION", minor).replace("PIP", pip));
        assertThat(python.toFile().setExecutable(true)).isTrue();
        return new Installation(cache(), new Machine(python.toString(), cpuInfo), progress::add);
    }

    private Path cache() {
        return temporary.resolve("cache");
    }
}
