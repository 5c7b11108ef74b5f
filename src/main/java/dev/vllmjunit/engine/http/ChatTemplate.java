package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * How an embedded node turns messages into a prompt: one {@code role: content} line each, then {@code assistant:}. It applies to every
 * model id, also to a base model, for which a real node has no template and answers 400: clients that only know chat can be tried on the
 * embedded stack, and its timing does not depend on the wording.
 */
final class ChatTemplate {

    private static final String MESSAGES = "messages";

    private ChatTemplate() {}

    /** The prompt of a body with {@code messages}. */
    static String render(Fields body) {
        JsonNode messages = body.value(MESSAGES).orElseThrow(() -> Violation.missing(body.pathOf(MESSAGES), body.node())
                .error()
                .asException());
        if (!messages.isArray()) {
            throw Violation.of("list_type", body.pathOf(MESSAGES), "Input should be a valid list", messages)
                    .error()
                    .asException();
        }
        if (messages.isEmpty()) {
            throw ApiError.badRequest(
                            "Cannot apply chat template to an empty conversation. Provide at least one message.")
                    .asException();
        }
        StringBuilder prompt = new StringBuilder();
        for (int i = 0; i < messages.size(); i++) {
            line(messages.get(i), body.pathOf(MESSAGES) + "." + i, prompt);
        }
        boolean open = body.value("add_generation_prompt").isEmpty() || body.flag("add_generation_prompt");
        return open ? prompt.append("assistant:").toString() : prompt.toString();
    }

    private static void line(JsonNode message, String path, StringBuilder prompt) {
        if (!message.isObject()) {
            throw Violation.of("dict_type", path, "Input should be a valid dictionary", message)
                    .error()
                    .asException();
        }
        JsonNode role = message.path("role");
        if (!role.isTextual()) {
            throw Violation.missing(path + ".role", message).error().asException();
        }
        prompt.append(role.textValue())
                .append(": ")
                .append(content(message.path("content"), path + ".content"))
                .append('\n');
    }

    private static String content(JsonNode content, String path) {
        if (content.isNull() || content.isMissingNode()) {
            return "";
        }
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw Violation.of("string_type", path, "Input should be a valid string", content)
                    .error()
                    .asException();
        }
        List<String> parts = new ArrayList<>();
        content.forEach(part -> parts.add(part(part)));
        return String.join("\n", parts);
    }

    private static String part(JsonNode part) {
        JsonNode text = part.isTextual() ? part : part.path("text");
        if (!text.isTextual()) {
            throw ApiError.badField(
                            "A content part has the type " + part.path("type")
                                    + "; the embedded model reads parts of type \"text\" only",
                            MESSAGES)
                    .asException();
        }
        return text.textValue();
    }
}
