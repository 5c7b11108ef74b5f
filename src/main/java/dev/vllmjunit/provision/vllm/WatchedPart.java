package dev.vllmjunit.provision.vllm;

import dev.vllmjunit.provision.ProvisionException;
import java.nio.file.Path;

/** A process or container that was started and is watched. Implementations are thread-safe. */
public interface WatchedPart {

    /** What messages call it. */
    String name();

    /** Where its output goes. */
    Path log();

    /** What it has logged since it was started. */
    String logText();

    /**
     * Fails if it has ended.
     *
     * @throws ProvisionException with the last error in its log
     */
    void requireRunning();

    /** A failure of this part, with the last error in its log. */
    ProvisionException failed(String what);
}
