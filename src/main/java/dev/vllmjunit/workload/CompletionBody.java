package dev.vllmjunit.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The JSON of a streamed completion request that always gives the same number of tokens.
 *
 * @param model the model id to name
 * @param outputTokens tokens to ask for
 */
record CompletionBody(String model, int outputTokens) {

    /** Where it is sent. */
    static final String PATH = "/v1/completions";

    private static final ObjectMapper JSON = new ObjectMapper();

    byte[] of(String prompt) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("prompt", prompt)
                .put("max_tokens", outputTokens)
                .put("temperature", 0)
                .put("ignore_eos", true)
                .put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        try {
            return JSON.writeValueAsBytes(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the prompt is no valid text: " + e.getOriginalMessage(), e);
        }
    }
}
