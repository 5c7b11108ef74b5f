package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.engine.core.RemoteKv;
import java.util.List;
import java.util.Optional;

/**
 * The {@code kv_transfer_params} of a request and of a prefill answer.
 *
 * @param remoteDecode the blocks are to be kept for a decode node
 * @param remote where to pull the blocks from
 */
record KvTransfer(boolean remoteDecode, Optional<RemoteKv> remote) {

    private static final String NAME = "kv_transfer_params";
    private static final List<String> REQUIRED =
            List.of("remote_block_ids", "remote_engine_id", "remote_host", "remote_port", "remote_request_id");
    private static final KvTransfer NONE = new KvTransfer(false, Optional.empty());

    /**
     * Reads a request's object. A real vLLM 0.32 node dies of a missing {@code remote_block_ids} and hangs on a missing engine or request
     * id; here either is refused.
     *
     * @param promptTokens what the blocks hold where the object does not say
     */
    static KvTransfer read(Fields body, int promptTokens) {
        Optional<JsonNode> value = body.value(NAME);
        value.filter(v -> !v.isObject()).ifPresent(v -> {
            throw Violation.of("dict_type", body.pathOf(NAME), "Input should be a valid dictionary", v)
                    .error()
                    .asException();
        });
        return body.fields(NAME).map(fields -> of(fields, promptTokens)).orElse(NONE);
    }

    private static KvTransfer of(Fields fields, int promptTokens) {
        boolean decode = fields.flag("do_remote_decode");
        boolean prefill = fields.flag("do_remote_prefill");
        if (decode && prefill) {
            throw refused("do_remote_prefill", "is true beside do_remote_decode; set one of them");
        }
        return new KvTransfer(decode, prefill ? Optional.of(remote(fields, promptTokens)) : Optional.empty());
    }

    private static RemoteKv remote(Fields fields, int promptTokens) {
        for (String key : REQUIRED) {
            if (fields.value(key).isEmpty()) {
                throw refused(key, "is missing");
            }
        }
        return new RemoteKv(
                text(fields, "remote_engine_id"),
                text(fields, "remote_request_id"),
                text(fields, "remote_host"),
                within(fields, "remote_port", 0, 1, 65_535),
                blockIds(fields),
                within(fields, "remote_num_tokens", promptTokens, 1, Integer.MAX_VALUE),
                within(fields, "remote_prefill_cached_tokens", 0, 0, Integer.MAX_VALUE));
    }

    private static String text(Fields fields, String key) {
        return fields.text(key).filter(text -> !text.isBlank()).orElseThrow(() -> refused(key, "is empty"));
    }

    private static int within(Fields fields, String key, int absent, int least, int most) {
        long value = fields.integer(key).orElse(absent);
        if (value < least || value > most) {
            throw refused(key, "is " + value + ", but goes from " + least + " to " + most);
        }
        return (int) value;
    }

    /** One list of ids for each KV cache group; the embedded model has one group. */
    private static int[] blockIds(Fields fields) {
        JsonNode groups = fields.node().get("remote_block_ids");
        JsonNode ids = groups.path(0);
        if (groups.size() != 1 || !ids.isArray() || ids.isEmpty()) {
            throw refused("remote_block_ids", "is " + brief(groups) + ", but is one list with one list of block ids");
        }
        int[] blocks = new int[ids.size()];
        for (int i = 0; i < blocks.length; i++) {
            JsonNode id = ids.get(i);
            if (!id.isInt() || id.intValue() < 0) {
                throw refused("remote_block_ids", "holds " + brief(id) + ", but block ids are whole numbers from 0");
            }
            blocks[i] = id.intValue();
        }
        return blocks;
    }

    private static ApiException refused(String key, String what) {
        return ApiError.badField(
                        NAME + "." + key + " " + what
                                + ". Forward the object as the prefill node answered it; a request with"
                                + " do_remote_prefill needs " + String.join(", ", REQUIRED),
                        NAME)
                .asException();
    }

    private static String brief(JsonNode node) {
        String text = node.toString();
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }

    /** What a prefill node answers, with the keys and in the order of vLLM 0.32. The embedded engine holds its KV cache as one rank. */
    static ObjectNode answer(RemoteKv remote) {
        ObjectNode node = Json.object().put("do_remote_prefill", true).put("do_remote_decode", false);
        var blocks = node.putArray("remote_block_ids").addArray();
        for (int id : remote.blockIds()) {
            blocks.add(id);
        }
        return node.put("remote_engine_id", remote.engineId())
                .put("remote_request_id", remote.requestId())
                .put("remote_host", remote.host())
                .put("remote_port", remote.port())
                .put("tp_size", 1)
                .put("dcp_size", 1)
                .put("pp_size", 1)
                .put("remote_num_tokens", remote.tokens())
                .putNull("remote_blocks_expiry_time")
                .put("transfer_mode", "pull")
                .put("remote_prefill_cached_tokens", remote.cachedTokens());
    }
}
