package dev.vllmjunit.load;

import java.io.IOException;
import java.lang.management.CompilationMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * What garbage collectors, compilers and the hypervisor have taken so far.
 *
 * @param gcMillis pauses since the JVM's start
 * @param compilingMillis work of the JVM's compilers since its start; 0 where it doesn't say
 * @param stolenTicks since the machine's start
 * @param allTicks the machine's CPU time of all kinds
 */
record MachineTimes(long gcMillis, long compilingMillis, long stolenTicks, long allTicks) {

    /** Collectors that run beside the program: Z's and Shenandoah's cycles, whose pauses are counted apart, and G1's marking. */
    private static final Pattern WITHOUT_PAUSE = Pattern.compile("Cycles|Concurrent");

    private static final Path CPU_TIMES = Path.of("/proc/stat");
    /** Position of the steal time behind the word {@code cpu}: proc(5). */
    private static final int STEAL = 7;
    /** Guest times are already part of the user times before them. */
    private static final int OWN_KINDS = 8;

    static MachineTimes now() {
        long gc = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(collector -> !WITHOUT_PAUSE.matcher(collector.getName()).find())
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .filter(millis -> millis > 0)
                .sum();
        long[] ticks = cpuTicks();
        return new MachineTimes(
                gc,
                compiledForMillis(),
                ticks.length > STEAL ? ticks[STEAL] : 0,
                Arrays.stream(ticks).sum());
    }

    long gcNanosSince(MachineTimes earlier) {
        return (gcMillis - earlier.gcMillis) * 1_000_000;
    }

    long compilingNanosSince(MachineTimes earlier) {
        return (compilingMillis - earlier.compilingMillis) * 1_000_000;
    }

    double stealFractionSince(MachineTimes earlier) {
        long all = allTicks - earlier.allTicks;
        return all <= 0 ? 0 : (double) (stolenTicks - earlier.stolenTicks) / all;
    }

    /** 0 for a JVM that compiles nothing, or doesn't say how long. */
    static long compiledForMillis() {
        CompilationMXBean compilers = ManagementFactory.getCompilationMXBean();
        return compilers == null || !compilers.isCompilationTimeMonitoringSupported()
                ? 0
                : compilers.getTotalCompilationTime();
    }

    private static long[] cpuTicks() {
        try {
            String first = Files.readAllLines(CPU_TIMES).get(0);
            return Arrays.stream(first.split(" +"))
                    .skip(1)
                    .limit(OWN_KINDS)
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (IOException | RuntimeException notLinux) {
            return new long[0];
        }
    }
}
