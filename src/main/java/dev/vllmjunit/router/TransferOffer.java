package dev.vllmjunit.router;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.router.RouterConfig.SideChannels;
import dev.vllmjunit.router.RouterConfig.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a prefill node's answer offers to decode. One incomplete object kills a real decode node, or hangs it for ever with the
 * blocks held, so it is checked here.
 *
 * @param params the object as it came, for decode; empty when there is nothing to transfer
 * @param cachedTokens prompt tokens that prefill did not compute; -1 when it did not say
 * @param transferredTokens prompt tokens offered; 0 when there is nothing to transfer
 */
record TransferOffer(Optional<ByteBuf> params, int cachedTokens, int transferredTokens) {

    private static final String PARAMS = "kv_transfer_params";
    private static final String PHASE = "answer";
    private static final String HOST = "remote_host";
    private static final String PORT = "remote_port";

    /**
     * Reads prefill's answer.
     *
     * @param sideChannels where decode is told to reach prefill's
     * @throws RoutingException 502, naming the key, when the object would make decode fail or read what it must not
     */
    static TransferOffer read(byte[] answer, Target prefill, Target decode, SideChannels sideChannels) {
        try {
            JsonObjectBytes json = JsonObjectBytes.index(answer);
            Optional<JsonNode> params = json.value(PARAMS);
            params.ifPresent(object -> check(object, prefill, decode));
            return new TransferOffer(
                    params.map(object -> reached(object, json.raw(PARAMS), sideChannels)),
                    cachedTokens(params, json.value("usage")),
                    params.map(object -> object.path("remote_num_tokens").asInt(0))
                            .orElse(0));
        } catch (IOException e) {
            throw RoutingException.badAnswer(
                    Hop.PREFILL, prefill, PHASE, "answered 200 with something other than a JSON object.", null);
        }
    }

    /** The bytes as they came, unless the side channel is to be reached at another address. */
    private static ByteBuf reached(JsonNode params, ByteBuf raw, SideChannels sideChannels) {
        String host = params.path(HOST).asText();
        int port = params.path(PORT).asInt();
        InetSocketAddress other = sideChannels.reached(host, port);
        if (other.getPort() == port && other.getHostString().equals(host)) {
            return raw;
        }
        String address = other.isUnresolved()
                ? other.getHostString()
                : other.getAddress().getHostAddress();
        ObjectNode changed = ((ObjectNode) params.deepCopy()).put(HOST, address).put(PORT, other.getPort());
        return Unpooled.copiedBuffer(changed.toString(), StandardCharsets.UTF_8);
    }

    private static int cachedTokens(Optional<JsonNode> params, Optional<JsonNode> usage) {
        return params.map(object -> object.path("remote_prefill_cached_tokens"))
                .filter(JsonNode::isInt)
                .or(() -> usage.map(object -> object.at("/prompt_tokens_details/cached_tokens")))
                .filter(JsonNode::isInt)
                .map(JsonNode::asInt)
                .orElse(-1);
    }

    private static void check(JsonNode params, Target prefill, Target decode) {
        require(params, "do_remote_prefill", "true", value -> value.isBoolean() && value.asBoolean(), prefill);
        require(params, "remote_block_ids", "a list with at least one block", TransferOffer::holdsBlock, prefill);
        require(params, "remote_engine_id", "a text", TransferOffer::isText, prefill);
        require(params, "remote_request_id", "a text", TransferOffer::isText, prefill);
        require(params, HOST, "a text", TransferOffer::isText, prefill);
        require(params, PORT, "a port, 1..65535", TransferOffer::isPort, prefill);
        checkHost(params.path(HOST).asText(), prefill, decode);
    }

    private static void require(JsonNode params, String key, String allowed, Predicate<JsonNode> right, Target node) {
        if (!right.test(params.path(key))) {
            String given = params.has(key) ? "is " + brief(params.path(key)) : "is missing";
            throw RoutingException.badAnswer(
                    Hop.PREFILL,
                    node,
                    PHASE,
                    "answered with kv_transfer_params whose " + key + " " + given + ", but has to be " + allowed
                            + "; such an object kills or hangs a decode node and was not forwarded.",
                    PARAMS + "." + key);
        }
    }

    private static void checkHost(String host, Target prefill, Target decode) {
        if (Hosts.isLoopback(host)
                && !Hosts.same(prefill.endpoint().getHost(), decode.endpoint().getHost())) {
            throw RoutingException.badAnswer(
                    Hop.PREFILL,
                    prefill,
                    PHASE,
                    "advertises its side channel at " + host + ", but decode node " + decode.name() + " at "
                            + decode.url()
                            + " is on another host and would look for it on its own; start the prefill node with"
                            + " VLLM_NIXL_SIDE_CHANNEL_HOST set to an address that the decode node reaches.",
                    PARAMS + "." + HOST);
        }
    }

    private static boolean holdsBlock(JsonNode ids) {
        if (!ids.isArray()) {
            return false;
        }
        for (JsonNode id : ids) {
            if (id.isInt() || holdsBlock(id)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isText(JsonNode value) {
        return value.isTextual() && !value.asText().isBlank();
    }

    private static boolean isPort(JsonNode value) {
        return value.isInt() && value.asInt() > 0 && value.asInt() <= 65_535;
    }

    private static String brief(JsonNode value) {
        String text = value.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
