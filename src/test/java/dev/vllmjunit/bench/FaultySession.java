package dev.vllmjunit.bench;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.provision.local.Requests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;

/**
 * A class of tests that ran on real processes.
 *
 * @param directory its reports, and the logs of the parts
 * @param failures by name of the method, or of the class where the start failed
 */
record FaultySession(Path directory, Map<String, Throwable> failures) {

    /** Runs all of them, one start for all. */
    static FaultySession of(Class<?> tests, String profile, Path directory) {
        Requests.changed(profile, Map.of(), directory);
        EngineTestKit.Builder kit = EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(tests))
                .configurationParameter("vllm.stack", FaultyProvisioner.NAME)
                .configurationParameter("vllm.profile", "changed")
                .configurationParameter(
                        "vllm.profiles.dir", directory.resolve("profiles").toString())
                .configurationParameter("vllm.reports.dir", directory.toString())
                .configurationParameter("vllm.request-timeout", "20s");
        Requests.home().forEach(kit::configurationParameter);
        Map<String, Throwable> failures = new TreeMap<>();
        kit.execute().allEvents().failed().stream().forEach(event -> failures.put(name(event), failure(event)));
        FaultySession session = new FaultySession(directory, failures);
        session.write();
        return session;
    }

    /** To be read: why each test failed, and what was found. */
    private void write() {
        String text = failures.entrySet().stream()
                .map(failure ->
                        failure.getKey() + ": " + failure.getValue() + "\n" + diagnosis(failure.getKey()) + "\n")
                .collect(Collectors.joining("\n"));
        try {
            Files.writeString(directory.resolve("failures.txt"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Event event) {
        return event.getTestDescriptor().getDisplayName().replace("(ServingStack)", "");
    }

    private static Throwable failure(Event event) {
        return event.getRequiredPayload(TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();
    }

    /** What was found about the failure of a test; empty where nothing was. */
    String diagnosis(String test) {
        return Stream.iterate(failures.get(test), Objects::nonNull, Throwable::getCause)
                .flatMap(failure -> Arrays.stream(failure.getSuppressed()))
                .filter(Diagnosed.class::isInstance)
                .map(Throwable::getMessage)
                .findFirst()
                .orElse("");
    }

    /** A line of a part's log, from 1, without colours. */
    String line(String part, int number) {
        try (Stream<Path> files = Files.walk(directory.resolve("logs"))) {
            Path log = files.filter(
                            file -> file.endsWith(part + ".log") || file.endsWith(part + ".log" + ReplacedParts.ENDED))
                    .findFirst()
                    .orElseThrow();
            return Files.readString(log).split("\n")[number - 1].replaceAll("\u001B\\[[0-9;]*m", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
