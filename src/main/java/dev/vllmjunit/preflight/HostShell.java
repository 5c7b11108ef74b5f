package dev.vllmjunit.preflight;

import java.time.Duration;

/** Runs scripts of a POSIX shell on a host. Thread-safe. */
interface HostShell {

    /**
     * Runs a script.
     *
     * @param script for {@code /bin/sh}
     * @param limit longest time; what still runs then is ended
     * @throws CannotCheckException if it cannot be run, or does not end in time
     */
    ShellOutput run(String script, Duration limit);
}
