package dev.vllmjunit.preflight;

import java.time.Duration;

/**
 * A machine that nodes run on.
 *
 * @param name as the profile calls it
 * @param address how other hosts reach it
 * @param shell runs scripts there
 * @param root where the shell sees the host's own {@code /dev}, {@code /sys} and {@code /etc}: empty, or a directory
 */
record Host(String name, String address, HostShell shell, String root) {

    private static final Duration LIMIT = Duration.ofSeconds(8);

    /** The machine that this process runs on. */
    static Host here() {
        return new Host("this machine", "127.0.0.1", new LocalShell(), "");
    }

    /** Runs a script that reads the host's files below {@code $R}. */
    ShellOutput run(String script) {
        return shell.run("R='" + root + "'\n" + script, LIMIT);
    }

    /** A word that no shell takes apart. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
