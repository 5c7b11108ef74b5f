package dev.vllmjunit.diagnosis;

import dev.vllmjunit.topology.Figures;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How fast objects are read, as the store's access log and LMCache's counters tell it. */
final class S3Speed {

    /** As a RADOS Gateway logs a read of an object, which has no query, as lists have; small answers tell of no speed. */
    private static final Pattern READ =
            Pattern.compile("\"GET /[^\\s?]+ HTTP/[0-9.]+\" 20[06] (\\d{5,}) .* latency=([0-9.]+)s");

    private static final String THROUGHPUT = "lmcache_mp_l2_load_throughput_GB_per_second";
    private static final int FEWEST_READS = 5;
    private static final int FEWEST_CHUNKS = 4;
    private static final double SLOW_BYTES_PER_SECOND = 10e6;

    private S3Speed() {}

    static List<Evidence> storeSlow(Symptoms symptoms) {
        Reads reads = reads(symptoms);
        return reads.known() && reads.bytesPerSecond() < SLOW_BYTES_PER_SECOND ? List.of(reads.evidence()) : List.of();
    }

    static List<Evidence> oneByOne(Symptoms symptoms) {
        Reads reads = reads(symptoms);
        double loads = counted(symptoms, THROUGHPUT + "_count");
        double chunks = counted(symptoms, "lmcache_mp_l2_prefetch_load_completed_chunks_total");
        boolean slow = reads.known() && loads > 0 && loadBytesPerSecond(symptoms) < reads.bytesPerSecond();
        return slow && chunks >= FEWEST_CHUNKS * loads ? List.of(loadEvidence(symptoms), reads.evidence()) : List.of();
    }

    static List<Evidence> loadsSlow(Symptoms symptoms) {
        boolean slow =
                counted(symptoms, THROUGHPUT + "_count") > 0 && loadBytesPerSecond(symptoms) < SLOW_BYTES_PER_SECOND;
        return slow ? List.of(loadEvidence(symptoms)) : List.of();
    }

    private static double loadBytesPerSecond(Symptoms symptoms) {
        return 1e9 * counted(symptoms, THROUGHPUT + "_sum") / counted(symptoms, THROUGHPUT + "_count");
    }

    private static Evidence loadEvidence(Symptoms symptoms) {
        return new Evidence("cache-server " + THROUGHPUT, "mean " + Figures.si(loadBytesPerSecond(symptoms), "B/s"));
    }

    private static double counted(Symptoms symptoms, String name) {
        return Clues.sum(symptoms.deltas(), Part.CACHE_SERVER, name, Map.of());
    }

    private static Reads reads(Symptoms symptoms) {
        return Clues.logs(symptoms, Part.OBJECT_STORE)
                .flatMap(log -> log.lines().stream())
                .map(line -> READ.matcher(line.text()))
                .filter(Matcher::find)
                .map(read -> new Reads(1, Long.parseLong(read.group(1)), Double.parseDouble(read.group(2))))
                .reduce(new Reads(0, 0, 0), Reads::plus);
    }

    private record Reads(int count, long bytes, double seconds) {

        Reads plus(Reads other) {
            return new Reads(count + other.count, bytes + other.bytes, seconds + other.seconds);
        }

        boolean known() {
            return count >= FEWEST_READS && seconds > 0;
        }

        double bytesPerSecond() {
            return bytes / seconds;
        }

        Evidence evidence() {
            return new Evidence(
                    "object store",
                    count + " GETs of " + Figures.si((double) bytes, "B") + " in " + Figures.seconds(seconds)
                            + " in all, one by one " + Figures.si(bytesPerSecond(), "B/s"));
        }
    }
}
