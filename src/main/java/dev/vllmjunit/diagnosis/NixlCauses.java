package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.differing;
import static dev.vllmjunit.diagnosis.Clues.line;
import static dev.vllmjunit.diagnosis.Clues.said;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;
import static dev.vllmjunit.diagnosis.Part.DECODE;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Why decode does not get as far as a transfer: it does not reach prefill, reaches another, or is refused. */
final class NixlCauses {

    private static final Pattern OWN_ID = Pattern.compile("Initializing NIXL worker ([\\w-]+)");
    private static final Pattern MISMATCH =
            Pattern.compile("Remote NIXL agent engine ID mismatch\\. Expected [\\w-]+, ?received ([\\w-]+)");
    private static final Clue LOCALHOST = line(
                    DECODE, "NIXL transfer failure: handshake_failed.*'remote_host': 'localhost'")
            .or(said("advertises its side channel at \\S+, but decode node"));
    private static final Clue UNANSWERED = line(DECODE, "zmq\\.error\\.Again");

    static final List<Cause> ALL = List.of(
            cause(
                    "side-channel-localhost",
                    HIGH,
                    "prefill advertises localhost as its side channel: decode on another host connects to itself",
                    "decode: `handshake_failed` with `'remote_host': 'localhost'`; or this library's router says so before decode is asked",
                    "`VLLM_NIXL_SIDE_CHANNEL_HOST` on prefill: its address as decode reaches it",
                    LOCALHOST),
            cause(
                    "side-channel-unreachable",
                    HIGH,
                    "nobody answers at prefill's side channel: closed port, firewall, or a name that does not resolve",
                    "decode: `zmq.error.Again` and `handshake_failed` with another host than localhost",
                    "test with a TCP connection from decode's host to the `remote_host` and `remote_port` of the line; admit that port and"
                            + " all high ports from decode to prefill; start prefill if it is gone",
                    line(
                                    DECODE,
                                    "NIXL transfer failure: handshake_failed(?:.*'remote_host': '[^']*', 'remote_port': \\d+)?")
                            .and(UNANSWERED)
                            .unless(LOCALHOST)),
            cause(
                    "side-channel-port-missing",
                    HIGH,
                    "the router passed on no port of the side channel",
                    "decode: `Invalid zmq path`",
                    "pass prefill's `kv_transfer_params` to decode as they are, `remote_port` with them",
                    line(DECODE, "Invalid zmq path: tcp://")),
            cause(
                    "decode-reaches-itself",
                    HIGH,
                    "decode's handshake reaches decode's own side channel: both nodes have the same host and port",
                    "decode: `engine ID mismatch`, and what it received is its own id",
                    "`VLLM_NIXL_SIDE_CHANNEL_HOST` on each node: its own routable address; different ports on one host",
                    symptoms -> mismatches(symptoms, true)),
            cause(
                    "engine-id-stale",
                    HIGH,
                    "the engine at the side channel is not the one that answered: prefill was restarted, or an answer is stale",
                    "decode: `engine ID mismatch`, and what it received is another engine's id",
                    "a new prefill request; let the router keep no `kv_transfer_params`",
                    symptoms -> mismatches(symptoms, false)),
            cause(
                    "handshake-hash-mismatch",
                    HIGH,
                    "prefill and decode differ in what the handshake compares: vLLM version, model, dtype, KV layout, attention backend",
                    "decode: `NIXL compatibility hash mismatch`",
                    "the same version, model and `--dtype` on both; only for different kinds of accelerator"
                            + " `enforce_handshake_compat: false`",
                    line(DECODE, "NIXL compatibility hash mismatch")),
            cause(
                    "kv-layout-differs",
                    HIGH,
                    "the handshake's check is off, and prefill's and decode's KV cache have different sizes, as of another dtype",
                    "decode: `KV block_len … must equal local`",
                    "the same `--dtype` and `--kv-cache-dtype` on both; do not switch `enforce_handshake_compat` off for it",
                    line(DECODE, "KV block_len \\d+ must equal local")),
            cause(
                    "block-size-not-divisible",
                    HIGH,
                    "prefill and decode have different block sizes: decode refuses every transfer",
                    "decode: `Local block size … is not divisible by remote block size`",
                    "the same `--block-size` on every node",
                    line(DECODE, "Local block size \\d+ is not divisible by remote block size \\d+")),
            cause(
                    "block-size-differs",
                    HIGH,
                    "prefill and decode have different block sizes: blocks land in wrong places, and outputs are wrong under HTTP 200",
                    "`vllm:cache_config_info` or the `non-default args` lines of the nodes differ in `block_size`; nothing else shows it",
                    "the same `--block-size` on every node",
                    ((Clue) NixlCauses::blockSizes)
                            .or(differing(List.of(Part.PREFILL, DECODE), "non-default args: .*'block_size': (\\d+)"))
                            .unless(line(DECODE, "Local block size \\d+ is not divisible"))),
            cause(
                    "handshakes-delay-others",
                    MEDIUM,
                    "decode repeats handshakes with an engine that does not answer, in one thread: requests to live ones wait behind them",
                    "decode: `zmq.error.Again`, and a request that succeeded spent over 4 s at decode",
                    "take the dead prefill node out of the router; its requests' repeats end with their leases",
                    UNANSWERED.and(Clues.slowHop(4))),
            cause(
                    "prefill-gone",
                    HIGH,
                    "prefill ended after its answer and before decode had pulled the KV cache",
                    "decode: `NIXL_ERR_REMOTE_DISCONNECT`",
                    "look in prefill's log for why it ended; send the request anew to a live prefill node",
                    line(DECODE, "NIXL_ERR_REMOTE_DISCONNECT")));

    private NixlCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.NIXL_CONNECTION, confidence, what, sign, remedy, clue);
    }

    private static List<Evidence> mismatches(Symptoms symptoms, boolean own) {
        return Clues.logs(symptoms, DECODE).flatMap(log -> mismatches(log, own)).toList();
    }

    private static Stream<Evidence> mismatches(PartLog log, boolean own) {
        List<String> ids = log.lines().stream()
                .map(line -> OWN_ID.matcher(line.text()))
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .toList();
        return log.lines().stream()
                .filter(line -> {
                    Matcher found = MISMATCH.matcher(line.text());
                    return found.find() && ids.contains(found.group(1)) == own;
                })
                .map(log::evidence);
    }

    private static List<Evidence> blockSizes(Symptoms symptoms) {
        List<Evidence> sizes = new ArrayList<>();
        Stream.of(Part.PREFILL, DECODE)
                .flatMap(part -> Clues.of(symptoms.latest(), part))
                .forEach(node -> node.getValue().series().keySet().stream()
                        .filter(series -> series.name().equals("vllm:cache_config_info"))
                        .map(series -> series.labels().getOrDefault("block_size", ""))
                        .filter(size -> !size.isEmpty())
                        .map(size -> new Evidence(node.getKey() + " vllm:cache_config_info", "block_size " + size))
                        .forEach(sizes::add));
        boolean differ = sizes.stream().map(Evidence::what).distinct().count() > 1;
        return differ ? sizes : List.of();
    }
}
