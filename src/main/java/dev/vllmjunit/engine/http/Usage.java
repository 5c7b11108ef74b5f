package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;

/**
 * Token counts of an answer.
 *
 * @param promptTokens of all prompts
 * @param completionTokens of all outputs so far
 */
record Usage(int promptTokens, int completionTokens) {

    /** As a chunk carries it: the three sums. */
    void write(JsonGenerator json) throws IOException {
        json.writeNumberField("prompt_tokens", promptTokens);
        json.writeNumberField("total_tokens", promptTokens + completionTokens);
        json.writeNumberField("completion_tokens", completionTokens);
    }

    /** As a stream's last chunk carries it: also what came from a cache, without nulls. */
    void writeFinal(JsonGenerator json, int cachedTokens) throws IOException {
        write(json);
        json.writeObjectFieldStart("prompt_tokens_details");
        json.writeNumberField("cached_tokens", cachedTokens);
        json.writeEndObject();
    }

    /** As a whole answer carries it. */
    ObjectNode json(int cachedTokens) {
        ObjectNode usage = Json.object()
                .put("prompt_tokens", promptTokens)
                .put("total_tokens", promptTokens + completionTokens)
                .put("completion_tokens", completionTokens);
        usage.putObject("prompt_tokens_details")
                .put("cached_tokens", cachedTokens)
                .putNull("created_cache_tokens")
                .putNull("multimodal_tokens");
        return usage.putNull("completion_tokens_details");
    }
}
