package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.differing;
import static dev.vllmjunit.diagnosis.Clues.line;
import static dev.vllmjunit.diagnosis.Clues.nodeLine;
import static dev.vllmjunit.diagnosis.Clues.said;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;
import static dev.vllmjunit.diagnosis.Part.CACHE_SERVER;
import static dev.vllmjunit.diagnosis.Part.PREFILL;

import java.util.List;

/** Why KV cache that was computed once is computed again, or comes from elsewhere than it should. */
final class HitRateCauses {

    private static final String REGISTERED = "Registered (?:non-)?GPU context for instance .*";

    private static final String UNSEEDED = "Using builtin hash without PYTHONHASHSEED set";
    private static final Clue SEED_MISSING = nodeLine(UNSEEDED).or(line(CACHE_SERVER, UNSEEDED));

    static final List<Cause> ALL = List.of(
            cause(
                    "lmcache-not-loaded",
                    HIGH,
                    "prefill has NixlConnector alone: it never loads LMCache, and reads no `LMCACHE_*` variable",
                    "prefill: the `non-default args` line names NixlConnector and no connector of a cache, although S3 is declared",
                    "a MultiConnector of NixlConnector and LMCacheMPConnector on prefill",
                    HitRateCauses::nixlAlone),
            cause(
                    "chunk-not-full",
                    HIGH,
                    "prompts are shorter than a chunk, and a part of a chunk is never stored",
                    "mean `request_prompt_tokens` below the chunk's tokens",
                    "longer prompts, or a smaller `--chunk-size` of the LMCache server",
                    CacheShortfall::belowChunk),
            cause(
                    "chunk-size-differs",
                    HIGH,
                    "objects were stored in chunks of another size: none of them is found",
                    "LMCache: `TokenHasher initialized: chunk_size=` differs, between starts or from what is declared",
                    "the same `--chunk-size` for all that share the bucket; clear the bucket after a change",
                    differing(List.of(CACHE_SERVER), "TokenHasher initialized: chunk_size=(\\d+)")
                            .or(CacheShortfall::otherChunkSize)),
            cause(
                    "tensor-parallelism-differs",
                    HIGH,
                    "nodes of different tensor parallelism share a bucket; the world size is part of each key, so that they share no object",
                    "LMCache: `Registered … context` with several values of `world_size`",
                    "the same `--tensor-parallel-size` on all prefill nodes",
                    differing(List.of(CACHE_SERVER), REGISTERED + "world_size=(\\d+)")),
            cause(
                    "model-path-differs",
                    HIGH,
                    "the model is served under different paths; the path is part of each key, so that no object is shared",
                    "LMCache: `Registered … context` with several values of `model`",
                    "the same path or id for the model on all nodes; `--served-model-name` does not matter",
                    differing(List.of(CACHE_SERVER), REGISTERED + "\\(model=([^,)]+)")),
            cause(
                    "hash-seed-differs",
                    HIGH,
                    "names of chunks start from different hashes: no object is shared",
                    "LMCache: `NONE_HASH=` differs between starts or servers, where `--hash-algorithm` is not `blake3`, its default",
                    "the same `PYTHONHASHSEED` and hash algorithm for all that share the bucket",
                    differing(
                                    List.of(CACHE_SERVER, PREFILL),
                                    "(?:Computed|Initialized) NONE_HASH=(\\S.*) (?:using hash function|from vLLM)")
                            .unless(SEED_MISSING)),
            cause(
                    "hash-seed-missing",
                    HIGH,
                    "LMCache names chunks by Python's own hash, which is random in each process",
                    "LMCache or prefill: `Using builtin hash without PYTHONHASHSEED set`",
                    "the same fixed `PYTHONHASHSEED` on every node, for instance `0`",
                    SEED_MISSING),
            cause(
                    "engine-cache-answered",
                    HIGH,
                    "the nodes' own prefix caches answered what S3 was to answer",
                    "a run from S3_ONLY: tokens that did not come from S3 were not computed either",
                    "drop the engines' caches before the run; `CacheState.S3_AFTER_RESTART` leaves none",
                    CacheShortfall::fromEngines),
            cause(
                    "host-memory-answered",
                    HIGH,
                    "LMCache's host memory answered what S3 was to answer",
                    "a run from S3_ONLY: tokens came from host memory",
                    "a reset with `reset_external=true`; a smaller `--l1-size-gb` shows S3 alone",
                    CacheShortfall::fromHostMemory),
            cause(
                    "stored-not-found",
                    MEDIUM,
                    "objects are in the bucket, but prefill looks for others: keys differ, or stores had not ended",
                    "a run from S3_ONLY: tokens that were to come from S3 were computed",
                    "compare the bucket's keys (`object store` in the report) with the node's model, TP, chunk size and seed;"
                            + " a longer `vllm.s3.settle-timeout`",
                    ((Clue) CacheShortfall::computedAgain).unless(S3Causes.IN_TROUBLE)),
            cause(
                    "evicted-before-use",
                    MEDIUM,
                    "prefill's own cache is smaller than the documents: they push each other out before they are asked for again",
                    "a run from WARM: the nodes' own caches do not answer every document",
                    "fewer or shorter documents, or more KV cache on prefill; compare with `KV cache size` in its log",
                    said("was to start WARM: the prefill nodes' own caches answer every document, ")
                            .and(line(PREFILL, "KV cache size: [\\d,]+ tokens"))
                            .or(said("was to start WARM: the prefill nodes' own caches answer every document, "))));

    private HitRateCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.HIT_RATE, confidence, what, sign, remedy, clue);
    }

    private static List<Evidence> nixlAlone(Symptoms symptoms) {
        boolean cached = symptoms.topology()
                .filter(topology -> topology.s3Cache().isPresent())
                .isPresent();
        return cached
                ? line(
                                PREFILL,
                                "non-default args: (?!.*(?:MultiConnector|LMCache|OffloadingConnector)).*'NixlConnector'")
                        .in(symptoms)
                : List.of();
    }
}
