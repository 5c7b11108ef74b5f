package dev.vllmjunit.router;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A client's generation request, checked, and the two requests that are made of it. Shares the client's bytes. */
final class ClientRequest {

    static final String COMPLETIONS = "/v1/completions";
    static final String CHAT = "/v1/chat/completions";

    private static final int TOKENS_UNSAID = 4_096;
    private static final String TRANSFER = "kv_transfer_params";
    private static final Set<String> NOT_FOR_PREFILL =
            Set.of("stream", "stream_options", "max_tokens", "max_completion_tokens", "min_tokens", TRANSFER);
    private static final String ONE_TOKEN = "\"stream\":false,\"max_tokens\":1,";
    private static final String ONE_CHAT_TOKEN = "\"max_completion_tokens\":1,";
    private static final String REMOTE_DECODE = "\"kv_transfer_params\":{\"do_remote_decode\":true,"
            + "\"do_remote_prefill\":false,\"remote_engine_id\":null,\"remote_block_ids\":null,"
            + "\"remote_host\":null,\"remote_port\":null}";

    private final String path;
    private final JsonObjectBytes json;
    private final boolean streams;
    private final int maxTokens;

    private ClientRequest(String path, JsonObjectBytes json) throws IOException {
        this.path = path;
        this.json = json;
        this.streams = json.value("stream").map(JsonNode::asBoolean).orElse(false);
        Optional<JsonNode> limit = json.value("max_completion_tokens");
        this.maxTokens = (limit.isPresent() ? limit : json.value("max_tokens"))
                .map(JsonNode::asInt)
                .filter(tokens -> tokens > 0)
                .orElse(TOKENS_UNSAID);
    }

    /**
     * Reads and checks a request.
     *
     * @throws RoutingException 400, when it is no JSON object or cannot be served by a pair of nodes
     */
    static ClientRequest parse(String path, byte[] body) {
        try {
            JsonObjectBytes json = JsonObjectBytes.index(body);
            check(json);
            return new ClientRequest(path, json);
        } catch (JsonProcessingException e) {
            throw notJson(e.getOriginalMessage());
        } catch (IOException e) {
            throw notJson(e.getMessage());
        }
    }

    private static RoutingException notJson(@Nullable String why) {
        return RoutingException.refused("The request body is no JSON object in UTF-8: " + why, null);
    }

    private static void check(JsonObjectBytes json) throws IOException {
        if (json.value(TRANSFER).isPresent()) {
            throw RoutingException.refused(
                    "kv_transfer_params is for the router to set: with a client's own object the decode node would read"
                            + " blocks that belong to another request. Leave it out.",
                    TRANSFER);
        }
        int n = json.value("n").map(JsonNode::asInt).orElse(1);
        if (n > 1) {
            throw RoutingException.refused(
                    "n is " + n
                            + ", but the KV blocks of one prefill can be handed to one sequence only. Send n requests.",
                    "n");
        }
        if (severalPrompts(json)) {
            throw RoutingException.refused(
                    "prompt holds several prompts, but prefill names the KV blocks of the first one only, and decode would"
                            + " read them for all. Send one request for each prompt.",
                    "prompt");
        }
    }

    private static boolean severalPrompts(JsonObjectBytes json) throws IOException {
        Optional<JsonParser> prompt = json.parser("prompt");
        if (prompt.isEmpty()) {
            return false;
        }
        try (JsonParser parser = prompt.get()) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return false;
            }
            JsonToken first = parser.nextToken();
            parser.skipChildren();
            boolean tokenIds = first == JsonToken.VALUE_NUMBER_INT;
            return !tokenIds && first != JsonToken.END_ARRAY && parser.nextToken() != JsonToken.END_ARRAY;
        }
    }

    String path() {
        return path;
    }

    /** Whether the client asked for an event stream. */
    boolean streams() {
        return streams;
    }

    /**
     * Output tokens asked for, as a bound for the time of an answer that is no stream; 4,096 when the request does not say.
     */
    int maxTokens() {
        return maxTokens;
    }

    /** The request for one token, whose KV is to be kept for another node. */
    ByteBuf forPrefill() {
        String added = ONE_TOKEN + (path.equals(CHAT) ? ONE_CHAT_TOKEN : "") + REMOTE_DECODE;
        return json.with(NOT_FOR_PREFILL, List.of(text(added)));
    }

    /** The client's request with what prefill offered; without, when it offered nothing. */
    ByteBuf forDecode(Optional<ByteBuf> transfer) {
        List<ByteBuf> added = transfer.map(
                        params -> List.of(Unpooled.wrappedBuffer(text("\"" + TRANSFER + "\":"), params)))
                .orElseGet(List::of);
        return json.with(Set.of(TRANSFER), added);
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    }
}
