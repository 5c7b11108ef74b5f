package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Typed reading of a request's JSON object with Pydantic's leniency (numbers and booleans may come as strings) and Pydantic's errors.
 * Absent and null are the same.
 */
final class Fields {

    private static final Set<String> TRUE_WORDS = Set.of("true", "t", "yes", "y", "on", "1");
    private static final Set<String> FALSE_WORDS = Set.of("false", "f", "no", "n", "off", "0");

    private final JsonNode node;
    private final String path;

    private Fields(JsonNode node, String path) {
        this.node = node;
        this.path = path;
    }

    /** Of a request body, which must be an object. */
    static Fields ofBody(JsonNode body) {
        return of(body, "body");
    }

    /** Of a query string, as an object of texts. */
    static Fields ofQuery(JsonNode query) {
        return of(query, "query");
    }

    private static Fields of(JsonNode node, String path) {
        if (!node.isObject()) {
            throw Violation.of(
                            "model_attributes_type",
                            path,
                            "Input should be a valid dictionary or object to extract fields from",
                            node)
                    .error()
                    .asException();
        }
        return new Fields(node, path);
    }

    JsonNode node() {
        return node;
    }

    String pathOf(String name) {
        return path + "." + name;
    }

    /** The raw value, if it is there and not null. */
    Optional<JsonNode> value(String name) {
        return Optional.ofNullable(node.get(name)).filter(value -> !value.isNull());
    }

    /** An object within. */
    Optional<Fields> fields(String name) {
        return value(name).map(value -> of(value, pathOf(name)));
    }

    Optional<String> text(String name) {
        return value(name).map(value -> {
            if (!value.isTextual()) {
                throw refused("string_type", name, "Input should be a valid string");
            }
            return value.textValue();
        });
    }

    boolean flag(String name) {
        return value(name).map(value -> flag(name, value)).orElse(false);
    }

    OptionalLong integer(String name) {
        return value(name).map(value -> OptionalLong.of(integer(name, value))).orElse(OptionalLong.empty());
    }

    OptionalDouble number(String name) {
        return value(name).map(value -> OptionalDouble.of(number(name, value))).orElse(OptionalDouble.empty());
    }

    private boolean flag(String name, JsonNode value) {
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (value.isContainerNode()) {
            throw refused("bool_type", name, "Input should be a valid boolean");
        }
        String word = value.asText().toLowerCase(Locale.ROOT);
        if (!TRUE_WORDS.contains(word) && !FALSE_WORDS.contains(word)) {
            throw refused("bool_parsing", name, "Input should be a valid boolean, unable to interpret input");
        }
        return TRUE_WORDS.contains(word);
    }

    private long integer(String name, JsonNode value) {
        if (value.isContainerNode()) {
            throw refused("int_type", name, "Input should be a valid integer");
        }
        if (value.isBoolean()) {
            return value.booleanValue() ? 1 : 0;
        }
        if (value.isTextual()) {
            return parsed(name, value.textValue());
        }
        if (value.doubleValue() != Math.rint(value.doubleValue())) {
            throw refused(
                    "int_from_float", name, "Input should be a valid integer, got a number with a fractional part");
        }
        return value.canConvertToLong() ? value.longValue() : (long) value.doubleValue();
    }

    private long parsed(String name, String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw refused("int_parsing", name, "Input should be a valid integer, unable to parse string as an integer");
        }
    }

    private double number(String name, JsonNode value) {
        if (value.isContainerNode()) {
            throw refused("float_type", name, "Input should be a valid number");
        }
        if (!value.isTextual()) {
            return value.asDouble();
        }
        try {
            return Double.parseDouble(value.textValue().strip());
        } catch (NumberFormatException e) {
            throw refused("float_parsing", name, "Input should be a valid number, unable to parse string as a number");
        }
    }

    private ApiException refused(String type, String name, String text) {
        return Violation.of(type, pathOf(name), text, node.path(name)).error().asException();
    }
}
