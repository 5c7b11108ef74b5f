package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Reads the {@code prompt} of a completion: text, token ids, or a list of either. */
final class Prompts {

    private static final String PROMPT = "prompt";

    private final ModelTokenizer tokenizer;

    Prompts(ModelTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** Token ids of each prompt; at least one prompt, each with at least one token. */
    List<int[]> read(Fields body) {
        JsonNode prompt = body.value(PROMPT)
                .filter(value -> !value.isTextual() || !value.textValue().isEmpty())
                .orElseThrow(() -> ApiError.badField(
                                "Either prompt or prompt_embeds must be provided and non-empty.", PROMPT)
                        .asException());
        List<int[]> prompts = read(prompt, body.pathOf(PROMPT));
        if (prompts.isEmpty()) {
            throw ApiError.badRequest("You must pass at least one prompt").asException();
        }
        for (int[] tokens : prompts) {
            if (tokens.length == 0) {
                throw ApiError.badRequest("The decoder prompt cannot be empty").asException();
            }
        }
        return prompts;
    }

    private List<int[]> read(JsonNode prompt, String path) {
        if (prompt.isTextual()) {
            return List.of(tokenizer.encode(prompt.textValue()));
        }
        if (!prompt.isArray()) {
            throw neitherTextNorList(prompt, path);
        }
        if (prompt.path(0).isNumber()) {
            return List.of(ids(prompt, path));
        }
        List<int[]> prompts = new ArrayList<>();
        for (int i = 0; i < prompt.size(); i++) {
            prompts.add(element(prompt.get(i), path + "." + i));
        }
        return prompts;
    }

    private int[] element(JsonNode element, String path) {
        if (element.isTextual()) {
            return tokenizer.encode(element.textValue());
        }
        if (!element.isArray()) {
            throw Violation.of("string_type", path, "Input should be a valid string", element)
                    .error()
                    .asException();
        }
        return ids(element, path);
    }

    /** Token ids of a list, checked against the vocabulary. */
    int[] ids(JsonNode list, String path) {
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = id(list.get(i), path + "." + i);
        }
        return ids;
    }

    private int id(JsonNode id, String path) {
        if (!id.isIntegralNumber()) {
            throw Violation.of("int_type", path, "Input should be a valid integer", id)
                    .error()
                    .asException();
        }
        if (id.longValue() < 0) {
            throw new Violation(
                            "greater_than_equal",
                            path,
                            "Input should be greater than or equal to 0",
                            id.asText(),
                            "'ge': 0")
                    .error()
                    .asException();
        }
        if (!id.canConvertToLong() || !tokenizer.knows(id.longValue())) {
            throw ApiError.badRequest("Token id " + id.asText() + " is out of vocabulary")
                    .asException();
        }
        return id.intValue();
    }

    /** Pydantic tries the four shapes of a prompt in turn and reports each. */
    private static ApiException neitherTextNorList(JsonNode prompt, String path) {
        Violation list = Violation.of("list_type", path, "Input should be a valid list", prompt);
        Violation text = Violation.of("string_type", path, "Input should be a valid string", prompt);
        return Violation.error(list, list, text, list).asException();
    }
}
