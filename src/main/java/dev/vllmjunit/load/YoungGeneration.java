package dev.vllmjunit.load;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;

/** Where the JVM's new objects lie. When it is full the JVM stops, for tens of milliseconds on a small machine. */
final class YoungGeneration {

    private YoungGeneration() {}

    /**
     * Collects garbage if a quarter of the room for new objects is used, so that a run that is about to begin is not the one that is
     * stopped for what was made before it. Does nothing for collectors that don't stop the program for that.
     */
    static void makeRoom() {
        if (ManagementFactory.getMemoryPoolMXBeans().stream().anyMatch(YoungGeneration::isWellFilled)) {
            System.gc();
        }
    }

    private static boolean isWellFilled(MemoryPoolMXBean pool) {
        MemoryUsage usage = pool.getUsage();
        return pool.getName().contains("Eden") && usage != null && usage.getUsed() > usage.getCommitted() / 4;
    }
}
