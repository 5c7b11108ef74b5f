package dev.vllmjunit.history;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.vllmjunit.evidence.Machine;
import dev.vllmjunit.evidence.RunConditions;
import dev.vllmjunit.topology.Masking;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import dev.vllmjunit.topology.Topology;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What two results must have in common to be values of one quantity. Nothing that changes from run to run is in it: no port, no
 * path, no measured figure. Immutable.
 *
 * @param parts value by name, none secret
 */
public record Fingerprint(@JsonValue SortedMap<String, String> parts) {

    private static final String WORKLOAD = "workload";
    private static final String CACHE_STATE = "cache state";

    /** Facts of a stack that decide what is measured. Others, such as endpoints and times to start, do not. */
    private static final List<String> FACTS = List.of(
            "engine",
            "vLLM",
            "NIXL",
            "LMCache",
            "PyTorch",
            "hardware",
            "kv scale",
            "S3 writer",
            RunConditions.LOAD,
            "repetitions");

    /** Of the hash, at the end of a folder's name. */
    static final int HASH_DIGITS = 12;

    private static final int LONGEST_SLUG = 60;

    /** Copies the parts. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Fingerprint {
        parts = Collections.unmodifiableSortedMap(new TreeMap<>(parts));
    }

    /** Of a result that was measured under these conditions, driven from this machine. */
    static Fingerprint of(RunConditions conditions, Machine machine) {
        SortedMap<String, String> parts = new TreeMap<>();
        topology(parts, conditions.topology());
        parts.put("stack", conditions.stack() + (conditions.modelled() ? " (times modelled)" : ""));
        parts.put(WORKLOAD, conditions.workload());
        parts.put(CACHE_STATE, conditions.cacheState().name());
        FACTS.forEach(name -> parts.computeIfAbsent(name, conditions.facts()::get));
        parts.computeIfAbsent(
                "object store", name -> kindOfStore(conditions.facts().get(name)));
        parts.put("machine", machine(machine));
        parts.put("Java", machine.jdk().replaceAll("(\\d+)[.+-].*$", "$1"));
        parts.put("driver", "vllm-junit " + LibraryVersion.VERSION);
        Masking masking = Masking.ofProcess();
        parts.replaceAll((name, value) -> masking.mask(value));
        return new Fingerprint(parts);
    }

    /** Twelve hexadecimal digits of the SHA-256 over all parts. */
    public String hash() {
        String text = parts.entrySet().stream()
                .map(part -> part.getKey() + "=" + part.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_DIGITS / 2);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    /** Where its results are kept: workload and cache state to read, the hash to be unique. */
    public String folder() {
        String slug = slug(get(WORKLOAD));
        return slug.substring(0, Math.min(LONGEST_SLUG, slug.length())) + "-" + slug(get(CACHE_STATE)) + "-" + hash();
    }

    /** One line for a person. */
    public String describe() {
        return get(WORKLOAD) + ", " + get(CACHE_STATE) + ", " + get("stack") + " stack";
    }

    /** Every part in which the other differs, as {@code vLLM: 0.32.0 against 0.33.0}, this one's value first. */
    List<String> differences(Fingerprint other) {
        TreeSet<String> names = new TreeSet<>(parts.keySet());
        names.addAll(other.parts.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(parts.get(name), other.parts.get(name)))
                .map(name -> name + ": " + get(name) + " against " + other.get(name))
                .toList();
    }

    private String get(String name) {
        return parts.getOrDefault(name, "none");
    }

    private static void topology(Map<String, String> parts, Topology topology) {
        parts.put("profile", topology.profile());
        parts.put("model", model(topology.model()));
        parts.put(
                "KV transfer",
                topology.kvTransfer().connector() + ", buffers on "
                        + topology.kvTransfer().bufferDevice());
        parts.put("S3 cache", topology.s3Cache().map(Fingerprint::cache).orElse("none"));
        topology.nodes().forEach(node -> parts.put(node.name(), node(node)));
    }

    private static String model(ModelSpec model) {
        return model.id() + ", " + model.parameters() + " parameters of " + model.bytesPerElement() + " bytes, "
                + model.layers() + " layers, " + model.maxModelLength() + " tokens at most";
    }

    private static String node(NodeSpec node) {
        List<String> words = new ArrayList<>(List.of(
                node.accelerator() + " TP" + node.tensorParallelism(), "blocks of " + node.blockSize() + " tokens"));
        node.image().ifPresent(image -> words.add("image " + image));
        words.addAll(node.arguments());
        new TreeMap<>(node.environment()).forEach((name, value) -> words.add(name + "=" + value));
        return String.join(", ", words);
    }

    private static String cache(S3CacheSpec s3) {
        return s3.writer() + ", " + s3.chunkTokens() + " tokens an object"
                + s3.endpoint().map(endpoint -> ", at " + endpoint).orElse("");
    }

    /** Without its address: a store of the stack's own has another one at each start. */
    private static @Nullable String kindOfStore(@Nullable String fact) {
        return fact == null ? null : fact.replaceFirst("\\s+https?://.*$", "");
    }

    /** Of the kernel's version the part that its patches leave alone. */
    private static String machine(Machine machine) {
        return machine.processor() + ", " + machine.cores() + " cores, " + Math.round(machine.memoryBytes() / 0x1p30)
                + " GiB, " + machine.os() + " " + machine.osVersion().replaceAll("^(\\d+\\.\\d+).*$", "$1") + " "
                + machine.architecture();
    }

    private static String slug(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }
}
