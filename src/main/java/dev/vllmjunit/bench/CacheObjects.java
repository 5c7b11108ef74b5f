package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.kvstore.CacheObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The objects that a run from S3 loads from, as they were when their stores had settled. Cache servers check neither size nor
 * content of what they load: an object that is not what was stored gives wrong text under HTTP 200.
 *
 * @param settled every cache object, with size and ETag; empty when the run has no use for them
 */
record CacheObjects(List<CacheObject> settled) {

    private static final int NAMED = 5;

    /** For a state that the object store has no part in. */
    static CacheObjects none() {
        return new CacheObjects(List.of());
    }

    /** What speaks against the objects before the first measured request: one has another size than all of its kind. */
    Optional<Problem> beforeTheRun() {
        List<String> odd = settled.stream().collect(Collectors.groupingBy(CacheObject::kind)).values().stream()
                .flatMap(siblings -> odd(siblings).stream())
                .toList();
        return problem(
                odd,
                " of " + settled.size()
                        + " cache objects have another size than the others of their kind (cut short, or"
                        + " written with another chunk size; CacheState.EMPTY clears them)");
    }

    /**
     * What happened to the objects since.
     *
     * @param now every cache object after the run; further ones may have come
     */
    Optional<Problem> after(List<CacheObject> now) {
        Map<String, CacheObject> byKey = now.stream().collect(Collectors.toMap(CacheObject::key, Function.identity()));
        List<String> altered = new ArrayList<>();
        for (CacheObject before : settled) {
            CacheObject found = byKey.get(before.key());
            if (found == null) {
                altered.add(describe(before) + " is gone");
            } else if (!found.equals(before)) {
                altered.add(describe(before) + ", now " + sizeAndTag(found));
            }
        }
        return problem(
                altered,
                " of " + settled.size() + " cache objects were altered between the moment their stores had settled and"
                        + " the end of the run");
    }

    private static Optional<Problem> problem(List<String> objects, String what) {
        String more = objects.size() > NAMED ? "\n  and " + (objects.size() - NAMED) + " more" : "";
        return objects.isEmpty()
                ? Optional.empty()
                : Optional.of(new Problem(
                        InvalidReason.CACHE_ALTERED,
                        objects.size() + what + ":\n  "
                                + String.join("\n  ", objects.subList(0, Math.min(NAMED, objects.size()))) + more));
    }

    private static List<String> odd(List<CacheObject> siblings) {
        Map<Long, Long> counts =
                siblings.stream().collect(Collectors.groupingBy(CacheObject::bytes, Collectors.counting()));
        long usual = mostCommon(counts);
        return siblings.stream()
                .filter(object -> object.bytes() != usual)
                .map(object -> describe(object) + ", but most have " + usual + " bytes")
                .toList();
    }

    /** Of equally common sizes the largest: objects get cut short, not long. */
    private static long mostCommon(Map<Long, Long> counts) {
        Collection<Map.Entry<Long, Long>> sizes = counts.entrySet();
        return sizes.stream()
                .max(Map.Entry.<Long, Long>comparingByValue()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.naturalOrder())))
                .orElseThrow()
                .getKey();
    }

    private static String describe(CacheObject object) {
        return object.key() + ": " + sizeAndTag(object);
    }

    private static String sizeAndTag(CacheObject object) {
        return object.bytes() + " bytes, ETag " + object.etag();
    }
}
