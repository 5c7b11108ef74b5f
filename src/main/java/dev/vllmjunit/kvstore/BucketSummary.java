package dev.vllmjunit.kvstore;

import dev.vllmjunit.topology.Figures;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in the bucket, by who wrote it.
 *
 * @param objects number of objects
 * @param bytes their size
 * @param groups cache objects by writer, model and rank, in that order
 * @param unrecognised objects of no known layout
 */
public record BucketSummary(long objects, long bytes, List<Group> groups, long unrecognised) {

    /**
     * The cache objects of one writer, model and rank.
     *
     * @param writer the software
     * @param model the model as the keys name it
     * @param rank the rank as the keys name it
     * @param objects number of objects
     * @param bytes their size
     */
    public record Group(String writer, String model, int rank, long objects, long bytes) {}

    private record Owner(String writer, String model, int rank) {}

    /** Copies the groups. */
    public BucketSummary {
        groups = List.copyOf(groups);
    }

    /** Sums up objects whose keys begin with {@code keyPrefix}. */
    public static BucketSummary of(Collection<CacheObject> objects, String keyPrefix) {
        Map<Owner, Group> groups = new HashMap<>();
        long unrecognised = 0;
        for (CacheObject object : objects) {
            Optional<CacheKey> key = CacheKey.of(object, keyPrefix);
            key.ifPresent(k -> add(groups, new Owner(k.writer(), k.model(), k.rank()), object.bytes()));
            unrecognised += key.isPresent() ? 0 : 1;
        }
        long bytes = objects.stream().mapToLong(CacheObject::bytes).sum();
        return new BucketSummary(objects.size(), bytes, sorted(groups.values()), unrecognised);
    }

    /** A line of totals, a line for each group, and one for the rest if there is any. */
    public String describe() {
        StringBuilder text = new StringBuilder(size(objects, bytes));
        for (Group group : groups) {
            text.append("\n  ")
                    .append(group.writer)
                    .append(", ")
                    .append(group.model)
                    .append(", rank ");
            text.append(group.rank).append(": ").append(size(group.objects, group.bytes));
        }
        return text + (unrecognised == 0 ? "" : "\n  of no known layout: " + Figures.digits((double) unrecognised));
    }

    private static String size(long objects, long bytes) {
        return Figures.digits((double) objects)
                + (objects == 1 ? " object, " : " objects, ")
                + Figures.si((double) bytes, "B");
    }

    private static void add(Map<Owner, Group> groups, Owner owner, long bytes) {
        groups.merge(
                owner,
                new Group(owner.writer, owner.model, owner.rank, 1, bytes),
                (a, b) -> new Group(a.writer, a.model, a.rank, a.objects + b.objects, a.bytes + b.bytes));
    }

    private static List<Group> sorted(Collection<Group> groups) {
        return groups.stream()
                .sorted(Comparator.comparing(Group::writer)
                        .thenComparing(Group::model)
                        .thenComparingInt(Group::rank))
                .toList();
    }
}
