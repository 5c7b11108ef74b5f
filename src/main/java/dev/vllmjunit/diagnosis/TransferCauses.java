package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.counted;
import static dev.vllmjunit.diagnosis.Clues.line;
import static dev.vllmjunit.diagnosis.Clues.said;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.LOW;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;
import static dev.vllmjunit.diagnosis.Part.DECODE;
import static dev.vllmjunit.diagnosis.Part.PREFILL;

import java.util.List;
import java.util.Map;

/** Why KV cache that was offered did not arrive, or did not arrive right. */
final class TransferCauses {

    private static final Map<String, String> COMPUTED = Map.of("source", "local_compute");
    private static final Clue FAILED = line(DECODE, "NIXL transfer failure|Got invalid KVTransferParams")
            .or(counted(DECODE, "vllm:nixl_num_failed_transfers_total", Map.of()));
    private static final Clue READ_LATE = line(PREFILL, "Potentially invalid KV blocks for unrecognized request")
            .or(counted(PREFILL, "vllm:nixl_num_notifications_after_expiry_total", Map.of()));
    private static final Clue WRONG = said("Expecting every output to be that of a fresh computation");

    static final List<Cause> ALL = List.of(
            cause(
                    "expired-blocks-pulled",
                    HIGH,
                    "decode pulled blocks whose lease had expired: where prefill had used them again, the output is wrong under HTTP 200",
                    "prefill: `Potentially invalid KV blocks for unrecognized request`, `nixl_num_notifications_after_expiry_total`",
                    "a `kv_lease_duration` longer than the worst time from prefill's answer to decode's pull; discard these answers",
                    READ_LATE),
            cause(
                    "lease-expired",
                    MEDIUM,
                    "nobody pulled a request's KV cache before its lease expired",
                    "prefill: `Releasing expired KV blocks`, `nixl_num_kv_expired_reqs_total`, and no failed transfer at decode",
                    "send to decode as soon as prefill has answered; a longer `kv_lease_duration`",
                    line(PREFILL, "Releasing expired KV blocks")
                            .or(counted(PREFILL, "vllm:nixl_num_kv_expired_reqs_total", Map.of()))
                            .unless(READ_LATE)
                            .unless(FAILED)),
            cause(
                    "prefill-offer-refused",
                    HIGH,
                    "prefill's `kv_transfer_params` would make decode die, hang or read what it must not: the router passed them on to nobody",
                    "this library's router: `answered with kv_transfer_params whose …`",
                    "the prefill node's version and connector; nothing between router and node may rewrite its answers",
                    said("answered with kv_transfer_params whose")),
            cause(
                    "transfer-params-invalid",
                    HIGH,
                    "decode was given `kv_transfer_params` without engine or request id: the request hangs, and its blocks stay held",
                    "decode: `Got invalid KVTransferParams`",
                    "pass prefill's `kv_transfer_params` to decode as they are; restart decode, nothing else frees the blocks",
                    line(DECODE, "Got invalid KVTransferParams")),
            cause(
                    "transfer-params-kill-decode",
                    HIGH,
                    "decode was told to pull without `remote_block_ids`, and its engine died of it",
                    "decode: `assert num_external_tokens == 0` in `pull_scheduler.py`",
                    "let the router refuse an answer of prefill without `remote_block_ids`; restart decode",
                    line(DECODE, "assert num_external_tokens == 0")),
            cause(
                    "block-ids-too-few",
                    HIGH,
                    "prefill offered fewer blocks than decode's prompt fills, and decode's engine died of it: prefill computed another prompt",
                    "decode: `assert num_decode_blocks <= len(prefill_group)`",
                    "send both nodes the same prompt to the same path, with the same chat template and truncation; restart decode",
                    line(DECODE, "assert num_decode_blocks <= len\\(prefill_group\\)")),
            cause(
                    "block-ids-out-of-range",
                    HIGH,
                    "decode was given block ids that prefill does not have",
                    "decode: `makeXferReq: remote index out of range`, `NIXL_ERR_INVALID_PARAM`",
                    "pass prefill's `kv_transfer_params` to decode as they are, of this very request",
                    line(DECODE, "makeXferReq: remote index out of range|NIXL_ERR_INVALID_PARAM")),
            cause(
                    "decode-recomputes",
                    HIGH,
                    "decode computed prompts itself instead of pulling them from prefill",
                    "decode: `prompt_tokens_by_source_total{source=\"local_compute\"}` beyond one block for each request",
                    "aim at the router; let it pass `kv_transfer_params` on; both nodes need NixlConnector;"
                            + " `kv_load_failure_policy` `recompute` hides failed transfers",
                    TransferCauses::recomputed),
            cause(
                    "wrong-blocks-pulled",
                    LOW,
                    "outputs are wrong although nothing failed: blocks of another request were pulled, or damaged KV cache was loaded",
                    "outputs differ from a fresh computation, and no part says why",
                    "look for a router that reuses `kv_transfer_params`, for leases near their end, and for cache objects that changed",
                    WRONG),
            cause(
                    "transfer-hangs",
                    LOW,
                    "a transfer hangs, as when the link between the nodes is down: neither side logs or counts anything meanwhile",
                    "decode sends no first token in time, or after more than 10 s, and logs no failure",
                    "test the network from decode to prefill, all high ports; the request goes on when the link is back",
                    said("Decode hop failed: .*sent no first token within|timed out after .* while waiting for the first token")
                            .or(Clues.slowHop(10))
                            .unless(FAILED)),
            cause(
                    "transfer-failed",
                    LOW,
                    "transfers failed, and no line says why",
                    "decode: `Failing … request(s) due to KV load failure`, `NIXL transfer failure`,"
                            + " `nixl_num_failed_transfers_total`",
                    "read decode's log above that line",
                    line(DECODE, "due to KV load failure|NIXL transfer failure").or(FAILED)));

    private TransferCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.KV_TRANSFER, confidence, what, sign, remedy, clue);
    }

    /** A pull moves whole blocks, so that up to a block of each prompt is decode's own work. */
    private static List<Evidence> recomputed(Symptoms symptoms) {
        if (symptoms.topology().isEmpty()) {
            return List.of();
        }
        int block = symptoms.topology().get().decode().get(0).blockSize();
        return Clues.of(symptoms.deltas(), DECODE)
                .filter(node -> node.getValue().sum("vllm:prompt_tokens_by_source_total", COMPUTED)
                        > block * node.getValue().sum("vllm:request_success_total"))
                .map(node -> Clues.counter(
                        node,
                        "vllm:prompt_tokens_by_source_total{source=\"local_compute\"}",
                        node.getValue().sum("vllm:prompt_tokens_by_source_total", COMPUTED)))
                .toList();
    }
}
