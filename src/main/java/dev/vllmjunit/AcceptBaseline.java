package dev.vllmjunit;

import dev.vllmjunit.history.Accepting;
import dev.vllmjunit.history.History;
import dev.vllmjunit.report.ProgressReport;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import java.time.Instant;
import java.util.Optional;

/**
 * Accepts the level that the latest results of the history are on as what later results are compared with. A command:
 *
 * <pre>{@code
 * mvn -q compile exec:java@accept-baseline -Dbaseline.of=s3-only -Dbaseline.reason="vLLM 0.33 checks more"
 * }</pre>
 *
 * <p>{@code baseline.of} is a part of the name of the fingerprint's folder that no other has. The history is that of
 * {@code vllm.history}. Prints what changed, and writes it to {@code baseline.yaml} beside the results.
 */
public final class AcceptBaseline {

    private AcceptBaseline() {}

    /**
     * Runs the command.
     *
     * @param arguments none
     * @throws IllegalArgumentException if a property is missing or names no single fingerprint
     * @throws IllegalStateException if there is no history, or its latest results cannot be a baseline
     */
    public static void main(String[] arguments) {
        try (History history = History.of(Settings.ofProcess(name -> Optional.empty()))
                .orElseThrow(() -> new IllegalStateException(
                        Setting.HISTORY + " is off; name the history whose baseline is to be accepted"))) {
            Accepting.Accepted accepted = new Accepting(history, System.getProperty("user.name"))
                    .accept(
                            System.getProperty("baseline.of", ""),
                            System.getProperty("baseline.reason", ""),
                            Instant.now());
            new ProgressReport(ProgressReport.Bar.NEVER, Masking.ofProcess()::mask).accepted(accepted);
        }
    }
}
