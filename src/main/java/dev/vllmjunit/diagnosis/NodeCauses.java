package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.counted;
import static dev.vllmjunit.diagnosis.Clues.nodeLine;
import static dev.vllmjunit.diagnosis.Clues.said;
import static dev.vllmjunit.diagnosis.Clues.saidOrLogged;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.LOW;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;

import java.util.List;
import java.util.Map;

/** Nodes that end, are full, or have more to do than they can. */
final class NodeCauses {

    private static final String LOST = "refused the connection|closed the connection before its answer was complete";
    private static final Map<String, String> LOADED = Map.of("source", "external_kv_transfer");
    private static final int MUCH = 2;

    static final List<Cause> ALL = List.of(
            cause(
                    "kv-cache-too-small",
                    HIGH,
                    "the node's KV cache does not hold one request of `--max-model-len` tokens",
                    "start: `To serve at least one request with the model's max seq len`",
                    "the estimated maximum of the line as `--max-model-len`; more memory: `--gpu-memory-utilization`, on a CPU"
                            + " `VLLM_CPU_KVCACHE_SPACE`",
                    saidOrLogged("To serve at least one request with the model's max seq len")),
            cause(
                    "port-in-use",
                    HIGH,
                    "a node could not listen: another process has its port",
                    "start: `Address already in use`",
                    "end the process that has the port (`ss -ltnp`), or take another: `vllm.prefill.port`, `vllm.decode.port`, `--port`",
                    saidOrLogged("[Aa]ddress already in use")),
            cause(
                    "out-of-memory",
                    HIGH,
                    "a node could not get the memory that it asked for",
                    "node: `out of memory`, `can't allocate memory`, or less free memory than `--gpu-memory-utilization` wants",
                    "end what else uses the device; a lower `--gpu-memory-utilization`, on a CPU `VLLM_CPU_KVCACHE_SPACE`; more tensor"
                            + " parallelism",
                    saidOrLogged(
                            "(?:CUDA|HIP|HPU) out of memory|OutOfMemoryError|can't allocate memory"
                                    + "|is less than desired (?:GPU|CPU) memory utilization|is less than requested memory for kv")),
            cause(
                    "requests-refused",
                    HIGH,
                    "nodes refused requests because their queue was full",
                    "`vllm:admission_rejections_total`",
                    "less load, or larger `--max-num-queued-reqs` and `--max-num-queued-tokens`",
                    counted(Part.PREFILL, "vllm:admission_rejections_total", Map.of())
                            .or(counted(Part.DECODE, "vllm:admission_rejections_total", Map.of()))),
            cause(
                    "prefill-queues",
                    LOW,
                    "requests wait at prefill longer than prefill computes: it is asked for more than it can",
                    "prefill: `request_queue_time_seconds` over twice `request_prefill_time_seconds`, in runs that load nothing",
                    "less at a time, more prefill nodes, or more tokens from caches",
                    NodeCauses::queues),
            cause(
                    "decode-ended",
                    MEDIUM,
                    "decode ended in mid-answer",
                    "a stream without `[DONE]`; decode refuses or closes connections",
                    "look in decode's log and the system's (`dmesg`, out of memory) for why",
                    said(
                            "ended its stream without data: \\[DONE\\]|the stream ended without \\[DONE\\]|Decode hop failed: .*(?:"
                                    + LOST + ")")),
            cause(
                    "prefill-ended",
                    MEDIUM,
                    "prefill ended before its answer",
                    "prefill refuses or closes connections",
                    "look in prefill's log and the system's (`dmesg`, out of memory) for why",
                    said("Prefill hop failed: .*(?:" + LOST + ")")),
            cause(
                    "engine-died",
                    LOW,
                    "a node's engine died; its process may live on without serving",
                    "`EngineDeadError`, `EngineCore encountered`",
                    "read the first traceback in the node's log; restart the node",
                    nodeLine("EngineDeadError|EngineCore encountered a")
                            .or(said("EngineCore encountered an issue|Engine core initialization failed"))),
            cause(
                    "client-gave-up",
                    LOW,
                    "the client waited no longer; nodes log and count nothing of it",
                    "requests end at `vllm.request-timeout`",
                    "see which hop had the request, and that node's log; a longer `vllm.request-timeout` only where the work is that long",
                    said("timed out after .* (?:while|in the stream)")));

    private NodeCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.NODE, confidence, what, sign, remedy, clue);
    }

    /** vLLM counts the time of a load from outside as queueing, too: where there were any, the counter tells of no queue. */
    private static List<Evidence> queues(Symptoms symptoms) {
        String queue = "vllm:request_queue_time_seconds_sum";
        return Clues.of(symptoms.deltas(), Part.PREFILL)
                .filter(node -> node.getValue().sum("vllm:prompt_tokens_by_source_total", LOADED) == 0)
                .filter(node -> node.getValue().sum(queue)
                        > MUCH * node.getValue().sum("vllm:request_prefill_time_seconds_sum"))
                .map(node -> Clues.counter(node, queue, node.getValue().sum(queue)))
                .toList();
    }
}
