package dev.vllmjunit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.nio.file.Path;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs classes of tests on a stack. */
final class Scenarios {

    private Scenarios() {}

    /** With deadlines of the router that are short enough for a test, and nothing of other tests' reports. */
    static Events run(Class<?> scenarios, String stack, Path reports) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(scenarios))
                .configurationParameter("vllm.stack", stack)
                .configurationParameter("vllm.reports.dir", reports.toString())
                .configurationParameter("vllm.router.prefill-deadline", "30s")
                .configurationParameter("vllm.router.first-token-deadline", "30s")
                .configurationParameter("vllm.router.idle-deadline", "20s")
                .execute()
                .testEvents();
    }
}
