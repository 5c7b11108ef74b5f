package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Part.CACHE_SERVER;
import static dev.vllmjunit.diagnosis.Part.PREFILL;

import dev.vllmjunit.topology.S3CacheSpec.Writer;
import dev.vllmjunit.topology.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where tokens came from that were to come from S3, out of what the check of the cache state says. */
final class CacheShortfall {

    private static final Pattern CHECK = Pattern.compile(
            "was to start S3_\\w+: .* brought from the object store, (\\d+) tokens in all, but (\\d+) came from it, (\\d+) from host"
                    + " memory and (\\d+) from the engines' own caches");
    private static final Pattern CHUNK_SIZE = Pattern.compile("TokenHasher initialized: chunk_size=(\\d+)");

    private CacheShortfall() {}

    /**
     * What a run that did not start from S3 lacks.
     *
     * @param host tokens from host memory
     * @param device tokens from the engines' own caches
     * @param elsewhere tokens that came neither from S3 nor from host memory
     * @param computed tokens that prefill computed
     */
    private record Shortfall(long host, long device, long elsewhere, double computed) {}

    static List<Evidence> fromEngines(Symptoms symptoms) {
        return where(symptoms, lack -> lack.elsewhere > lack.computed && lack.device > 0);
    }

    /** A prefix that prompts share may rightly be found there: little of it is no cause. */
    static List<Evidence> fromHostMemory(Symptoms symptoms) {
        return where(symptoms, lack -> lack.host > Math.max(0, lack.elsewhere));
    }

    static List<Evidence> computedAgain(Symptoms symptoms) {
        return where(symptoms, lack -> lack.elsewhere > 0 && lack.elsewhere <= lack.computed);
    }

    private static List<Evidence> where(Symptoms symptoms, Predicate<Shortfall> wanted) {
        double computed = Clues.sum(
                symptoms.deltas(), PREFILL, "vllm:prompt_tokens_by_source_total", Map.of("source", "local_compute"));
        return symptoms.said().stream()
                .map(CHECK::matcher)
                .filter(Matcher::find)
                .filter(check -> wanted.test(shortfall(check, computed)))
                .map(check -> new Evidence("failure", check.group()))
                .distinct()
                .toList();
    }

    private static Shortfall shortfall(Matcher check, double computed) {
        long host = Long.parseLong(check.group(3));
        long elsewhere = Long.parseLong(check.group(1)) - Long.parseLong(check.group(2)) - host;
        return new Shortfall(host, Long.parseLong(check.group(4)), elsewhere, computed);
    }

    static List<Evidence> belowChunk(Symptoms symptoms) {
        Optional<Topology> topology =
                symptoms.topology().filter(declared -> declared.s3Cache().isPresent());
        OptionalDouble mean = meanPrompt(symptoms);
        return topology.isPresent()
                        && mean.isPresent()
                        && mean.getAsDouble() < topology.get().cacheChunkTokens()
                ? List.of(new Evidence(
                        "prefill vllm:request_prompt_tokens",
                        "mean " + Math.round(mean.getAsDouble()) + ", and a chunk has "
                                + topology.get().cacheChunkTokens() + " tokens"))
                : List.of();
    }

    private static OptionalDouble meanPrompt(Symptoms symptoms) {
        double requests = Clues.sum(symptoms.deltas(), PREFILL, "vllm:request_prompt_tokens_count", Map.of());
        return requests == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of(
                        Clues.sum(symptoms.deltas(), PREFILL, "vllm:request_prompt_tokens_sum", Map.of()) / requests);
    }

    /** Than the one declared. */
    static List<Evidence> otherChunkSize(Symptoms symptoms) {
        return symptoms.topology()
                .filter(declared -> declared.s3Cache()
                        .filter(s3 -> s3.writer() == Writer.LMCACHE)
                        .isPresent())
                .map(declared -> Clues.logs(symptoms, CACHE_SERVER)
                        .flatMap(log -> log.lines().stream()
                                .filter(line -> {
                                    Matcher size = CHUNK_SIZE.matcher(line.text());
                                    return size.find()
                                            && Integer.parseInt(size.group(1)) != declared.cacheChunkTokens();
                                })
                                .map(log::evidence))
                        .toList())
                .orElse(List.of());
    }
}
