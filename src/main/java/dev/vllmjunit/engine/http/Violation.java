package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One finding of the schema check, worded as vLLM words Pydantic's.
 *
 * @param type Pydantic's error type
 * @param path where, with dots
 * @param text Pydantic's message
 * @param input the offending value, summarised
 * @param context Pydantic's further facts, as Python prints them
 */
record Violation(String type, String path, String text, String input, @Nullable String context) {

    private static final int LONGEST_INPUT = 200;

    static Violation of(String type, String path, String text, JsonNode input) {
        return new Violation(type, path, text, summary(input), null);
    }

    static Violation missing(String path, JsonNode parent) {
        return of("missing", path, "Field required", parent);
    }

    /** The error body's content for these findings; the first one's path becomes the param. */
    static ApiError error(Violation... found) {
        String lines = Arrays.stream(found).map(Violation::line).collect(Collectors.joining("\n  "));
        String label = found.length == 1 ? " validation error:" : " validation errors:";
        return new ApiError(found.length + label + "\n  " + lines, "Bad Request", found[0].path, 400);
    }

    ApiError error() {
        return error(this);
    }

    private String line() {
        return "{'type': " + quoted(type) + ", 'loc': " + quoted(path) + ", 'msg': " + quoted(text) + ", 'input': "
                + quoted(input) + (context == null ? "" : ", 'ctx': {" + context + "}") + "}";
    }

    /** A string as Python's repr shows it. */
    static String quoted(String text) {
        String escaped = text.replace("\\", "\\\\").replace("\n", "\\n");
        return escaped.contains("'") && !escaped.contains("\"")
                ? '"' + escaped + '"'
                : "'" + escaped.replace("'", "\\'") + "'";
    }

    private static String summary(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "<list of " + value.size() + " items>";
            case OBJECT -> "<dict of " + value.size() + " items>";
            case BOOLEAN -> value.booleanValue() ? "True" : "False";
            case NULL, MISSING -> "None";
            default -> shortened(value.asText());
        };
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_INPUT ? text : text.substring(0, LONGEST_INPUT) + "...[truncated]";
    }
}
