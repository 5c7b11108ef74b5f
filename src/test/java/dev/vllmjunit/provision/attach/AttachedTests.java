package dev.vllmjunit.provision.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs classes of tests that attach to nodes which run already. */
public final class AttachedTests {

    private AttachedTests() {}

    /**
     * All of them have to pass.
     *
     * @param more settings besides
     */
    public static void pass(Class<?> tests, URI prefill, URI decode, Path reports, Map<String, String> more) {
        Map<String, String> parameters = new HashMap<>(Map.of(
                "vllm.stack",
                "attach",
                "vllm.attach.prefill",
                prefill.toString(),
                "vllm.attach.decode",
                decode.toString(),
                "vllm.reports.dir",
                reports.toString()));
        parameters.putAll(more);
        Events events = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameters(parameters)
                .execute()
                .testEvents();
        assertThat(events.failed().stream()
                        .flatMap(event -> event.getPayload(TestExecutionResult.class).stream())
                        .flatMap(result -> result.getThrowable().stream()))
                .isEmpty();
        assertThat(events.succeeded().count()).isPositive();
    }
}
