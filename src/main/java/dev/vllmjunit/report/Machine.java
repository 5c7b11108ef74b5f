package dev.vllmjunit.report;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.TreeMap;

/** The machine that the tests run on: under the embedded stack, the machine that everything runs on. */
final class Machine {

    private Machine() {}

    static Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        facts.put("machine.cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("machine.memory", memory());
        facts.put(
                "machine.os",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        facts.put("machine.jdk", System.getProperty("java.vendor") + " " + Runtime.version());
        return facts;
    }

    private static String memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? Numbers.bytes(system.getTotalMemorySize())
                : "unknown";
    }
}
