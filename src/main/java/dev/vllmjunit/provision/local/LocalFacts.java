package dev.vllmjunit.provision.local;

import dev.vllmjunit.provision.local.install.EngineHome;
import dev.vllmjunit.provision.vllm.S3Writer;
import dev.vllmjunit.topology.NodeSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a report has to say about a local stack. */
final class LocalFacts {

    private static final String MODEL_NAME = "model name";

    private LocalFacts() {}

    static Map<String, String> of(
            Launch launch, Optional<String> store, Optional<S3Writer> writer, Map<String, Double> secondsToReady) {
        EngineHome home = launch.home();
        Map<String, String> facts = new TreeMap<>();
        Map.of("vLLM", "vllm", "NIXL", "nixl", "LMCache", "lmcache", "PyTorch", "torch")
                .forEach((name, distribution) ->
                        facts.put(name, home.version(distribution).orElse("unknown")));
        facts.put("object store", store.orElse("none"));
        writer.ifPresent(s3 -> facts.put("S3 writer", s3.description()));
        facts.put("Python environment", home.root().toString());
        facts.put("model directory", launch.model().toString());
        facts.put("hardware", hardware(launch));
        facts.put(
                "idle cores",
                "NIXL's progress thread waits up to 20 ms and vLLM's processes wait 100 us for each other, where unmodified"
                        + " ones spin");
        facts.put("time to ready", timeToReady(secondsToReady));
        return Map.copyOf(facts);
    }

    private static String timeToReady(Map<String, Double> seconds) {
        return seconds.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(part -> String.format(Locale.ROOT, "%s %.1f s", part.getKey(), part.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** A declared accelerator is a wish; what the node really computes on is a fact. */
    private static String hardware(Launch launch) {
        String declared = launch.request().topology().nodes().stream()
                .map(LocalFacts::declared)
                .collect(Collectors.joining("; "));
        return "CPU: " + processor() + ", " + Runtime.getRuntime().availableProcessors() + " cores (declared: "
                + declared + ")";
    }

    private static String declared(NodeSpec node) {
        return node.name() + " " + node.accelerator();
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith(MODEL_NAME))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown processor");
        } catch (IOException e) {
            return "unknown processor";
        }
    }
}
