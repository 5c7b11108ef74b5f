package dev.vllmjunit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

/** Runs classes of tests on a stack. */
final class Scenarios {

    private Scenarios() {}

    /** Those of {@link FaultScenarios} for real nodes, one after the other, and none of them fails. */
    static void allHold(String stack, Map<String, String> settings, Path reports) {
        List<? extends DiscoverySelector> chosen = FaultScenarios.OF_REAL_NODES.stream()
                .map(name -> selectMethod(FaultScenarios.class, name))
                .toList();
        run(chosen, stack, settings, reports)
                .assertStatistics(tests -> tests.started(chosen.size()).succeeded(chosen.size()));
    }

    /** All of a class or some, one after the other. */
    static Events run(Class<?> scenarios, String stack, Path reports, String... methods) {
        return run(
                methods.length == 0
                        ? List.of(selectClass(scenarios))
                        : Stream.of(methods)
                                .map(method -> selectMethod(scenarios, method))
                                .toList(),
                stack,
                Map.of(),
                reports);
    }

    /** With deadlines of the router that are short enough for a test, and nothing of other tests' reports. */
    private static Events run(
            List<? extends DiscoverySelector> scenarios, String stack, Map<String, String> settings, Path reports) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(scenarios.toArray(DiscoverySelector[]::new))
                .configurationParameters(settings)
                .configurationParameter("vllm.stack", stack)
                .configurationParameter("vllm.reports.dir", reports.toString())
                .configurationParameter("vllm.router.prefill-deadline", "30s")
                .configurationParameter("vllm.router.first-token-deadline", "30s")
                .configurationParameter("vllm.router.idle-deadline", "20s")
                .execute()
                .testEvents();
    }
}
