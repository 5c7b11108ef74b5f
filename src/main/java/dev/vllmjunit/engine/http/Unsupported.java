package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What vLLM can do and the embedded model cannot. Such a field is refused instead of ignored, because the answer would not be what was
 * asked for; a value that asks for nothing (null, false, 0, an empty list, text or object) is fine. Fields that vLLM does not know are
 * ignored, as vLLM does.
 */
final class Unsupported {

    private static final List<String> FIELDS = List.of(
            "echo",
            "suffix",
            "stop",
            "stop_token_ids",
            "use_beam_search",
            "prompt_embeds",
            "prompt_logprobs",
            "logprob_token_ids",
            "truncate_prompt_tokens",
            "structured_outputs",
            "tools",
            "allowed_token_ids",
            "bad_words",
            "logit_bias");

    private Unsupported() {}

    static void refuse(Fields body) {
        long n = body.integer("n").orElse(1);
        if (n < 1) {
            throw ApiError.badRequest("n must be at least 1, got " + n + ".").asException();
        }
        if (n != 1) {
            throw ApiError.badField("n is " + n + "; the embedded node answers n=1 only", "n")
                    .asException();
        }
        for (String field : FIELDS) {
            if (body.value(field).filter(Unsupported::asksForSomething).isPresent()) {
                throw refused(field);
            }
        }
        body.fields("response_format")
                .flatMap(format -> format.text("type"))
                .filter(type -> !type.equals("text"))
                .ifPresent(type -> {
                    throw refused("response_format");
                });
    }

    private static boolean asksForSomething(JsonNode value) {
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        return value.isTextual() ? !value.textValue().isEmpty() : value.asDouble() != 0;
    }

    private static ApiException refused(String field) {
        return ApiError.badField(
                        field + " is not supported by the embedded node; leave it out, or run against a real vLLM",
                        field)
                .asException();
    }
}
