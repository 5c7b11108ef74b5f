package dev.vllmjunit.provision.local.install;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an environment has to be built on, each checked with a sentence about what is missing.
 *
 * @param python the interpreter to build from
 * @param cpuInfo the kernel's description of the processors
 */
record Machine(String python, Path cpuInfo) {

    private static final long NEEDED_GIB = 9;
    private static final long GIB = 1L << 30;
    private static final int OLDEST_MINOR = 11;
    private static final int NEWEST_MINOR = 13;
    private static final String PROBE = "import sys, venv, ensurepip; print(*sys.version_info[:2])";
    private static final Pattern VERSION = Pattern.compile("(\\d+) (\\d+)\\s*");

    static Machine ofProcess() {
        return new Machine("python3", Path.of("/proc/cpuinfo"));
    }

    /** Why nodes cannot run here; empty where they can. Starts nothing. */
    Optional<String> processorShortage() {
        String system = System.getProperty("os.name", "") + "/" + System.getProperty("os.arch", "");
        if (!system.equals("Linux/amd64")) {
            return Optional.of("this machine is " + system + ", but vLLM's CPU build is for Linux/amd64");
        }
        try {
            String flags = Files.readString(cpuInfo);
            return flags.contains(" avx512f") || flags.contains(" avx2")
                    ? Optional.empty()
                    : Optional.of("this processor has neither AVX-512 nor AVX2, which vLLM's CPU build needs");
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Fails unless an environment can be built below the directory.
     *
     * @throws ProvisionException with what is missing and what to do
     */
    void requireForBuilding(Path directory) {
        requireSpace(directory);
        requirePython();
    }

    private void requireSpace(Path directory) {
        try {
            long free = Files.getFileStore(directory).getUsableSpace();
            if (free < NEEDED_GIB * GIB) {
                throw new ProvisionException(String.format(
                        Locale.ROOT,
                        "the local stack's Python environment needs %d GiB below %s, where %.1f GiB are free; free some, set"
                                + " XDG_CACHE_HOME to a directory with more, or set vllm.local.home to an environment that exists",
                        NEEDED_GIB,
                        directory,
                        (double) free / GIB));
            }
        } catch (IOException e) {
            throw new ProvisionException("cannot tell the free space of " + directory + ": " + e, e);
        }
    }

    private void requirePython() {
        String said = probe();
        Matcher version = VERSION.matcher(said);
        if (!version.matches()) {
            throw missing("but " + python + " -c \"" + PROBE + "\" said: " + said.strip());
        }
        int minor = Integer.parseInt(version.group(2));
        if (Integer.parseInt(version.group(1)) != 3 || minor < OLDEST_MINOR || minor > NEWEST_MINOR) {
            throw missing("but " + python + " is " + version.group(1) + "." + version.group(2));
        }
    }

    private String probe() {
        try {
            Process probe = new ProcessBuilder(python, "-c", PROBE)
                    .redirectErrorStream(true)
                    .start();
            probe.getOutputStream().close();
            String said = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return probe.waitFor(1, TimeUnit.MINUTES) ? said : "nothing within a minute";
        } catch (IOException e) {
            throw missing("but there is none: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProvisionException("interrupted while " + python + " was asked for its version", e);
        }
    }

    private static ProvisionException missing(String found) {
        return new ProvisionException("the local stack needs python3, 3." + OLDEST_MINOR + " to 3." + NEWEST_MINOR
                + ", with its venv module (on Debian: apt-get install python3-venv), " + found);
    }
}
