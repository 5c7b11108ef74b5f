package dev.vllmjunit.evidence;

import com.sun.management.OperatingSystemMXBean;
import dev.vllmjunit.topology.Figures;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The machine that the tests run on: under the embedded stack, the machine that everything runs on.
 *
 * @param processor its name as the operating system gives it
 * @param cores processors that this JVM may use
 * @param memoryBytes memory that this JVM's machine or container has; 0 if unknown
 * @param os name of the operating system
 * @param osVersion its version, of Linux the kernel's
 * @param architecture for instance {@code amd64}
 * @param jdk vendor and version
 */
public record Machine(
        String processor, int cores, long memoryBytes, String os, String osVersion, String architecture, String jdk) {

    private static final String UNKNOWN = "unknown";

    /** This one. */
    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                totalMemory(),
                System.getProperty("os.name", UNKNOWN),
                System.getProperty("os.version", UNKNOWN),
                System.getProperty("os.arch", UNKNOWN),
                System.getProperty("java.vendor") + " " + Runtime.version());
    }

    /** In words, for a report. */
    public Map<String, String> facts() {
        return new TreeMap<>(Map.of(
                "machine.processor",
                processor,
                "machine.cores",
                Integer.toString(cores),
                "machine.memory",
                memoryBytes == 0 ? UNKNOWN : Figures.si(memoryBytes, "B"),
                "machine.os",
                os + " " + osVersion + " " + architecture,
                "machine.jdk",
                jdk));
    }

    private static long totalMemory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : 0;
    }

    private static String processorName() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo"), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
