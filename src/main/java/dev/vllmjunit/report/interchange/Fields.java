package dev.vllmjunit.report.interchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The keys of a JSON object that was read. A key that is not asked for does not matter; one that is asked for and is missing or of
 * another type is an {@link IllegalArgumentException} that says where, which and what was found.
 */
final class Fields {

    private static final int LONGEST_SHOWN = 60;

    /** Python writes {@code Infinity} and {@code NaN} bare. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final String where;
    private final String prefix;
    private final JsonNode object;

    private Fields(String where, String prefix, JsonNode object) {
        this.where = where;
        this.prefix = prefix;
        this.object = object;
    }

    /**
     * One object from a text.
     *
     * @param where the file, and the line where there are several
     * @param format what should be there, for the message
     */
    static Fields parse(String where, String format, String text) {
        JsonNode node;
        try {
            node = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(where + " is not " + format + ": " + e.getMessage(), e);
        }
        if (!node.isObject()) {
            throw new IllegalArgumentException(
                    where + " is not " + format + ": found " + found(node) + "; it must be one JSON object");
        }
        return new Fields(where, "", node);
    }

    boolean has(String key) {
        return !get(key).isMissingNode();
    }

    String text(String key) {
        return required(key, "a text", JsonNode::isTextual, JsonNode::textValue);
    }

    Optional<String> optionalText(String key) {
        return optional(key, "a text", JsonNode::isTextual, JsonNode::textValue);
    }

    double number(String key) {
        return required(key, "a number", Fields::isNumber, Fields::number);
    }

    OptionalDouble optionalNumber(String key) {
        return optional(key, "a number", Fields::isNumber, Fields::number)
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    long count(String key) {
        return required(key, "a whole number", JsonNode::isIntegralNumber, JsonNode::longValue);
    }

    OptionalLong optionalCount(String key) {
        return optional(key, "a whole number", JsonNode::isIntegralNumber, JsonNode::longValue)
                .map(OptionalLong::of)
                .orElse(OptionalLong.empty());
    }

    Fields object(String key) {
        return required(key, "an object", JsonNode::isObject, node -> new Fields(where, prefix + key + ".", node));
    }

    /** Absent also where it is null. */
    Optional<Fields> optionalObject(String key) {
        return optional(key, "an object", JsonNode::isObject, node -> new Fields(where, prefix + key + ".", node));
    }

    /** How many entries an array has. */
    int entries(String key) {
        return required(key, "an array", JsonNode::isArray, JsonNode::size);
    }

    double[] numbers(String key, int size) {
        return elements(key, "an array of numbers", size, Fields::isNumber)
                .mapToDouble(Fields::number)
                .toArray();
    }

    int[] counts(String key, int size) {
        return elements(
                        key,
                        "an array of whole numbers",
                        size,
                        node -> node.isIntegralNumber() && node.canConvertToInt())
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    List<String> texts(String key, int size) {
        return elements(key, "an array of texts", size, JsonNode::isTextual)
                .map(JsonNode::textValue)
                .toList();
    }

    List<List<Double>> numberLists(String key, int size) {
        return elements(key, "an array of arrays of numbers", size, Fields::isNumberList)
                .map(list -> stream(list).map(Fields::number).toList())
                .toList();
    }

    /** Every key, in the file's order. */
    Set<Map.Entry<String, JsonNode>> all() {
        return object.properties();
    }

    /** To be thrown. */
    IllegalArgumentException wrong(String key, String problem) {
        return new IllegalArgumentException(where + ": key \"" + prefix + key + "\" " + problem);
    }

    private Stream<JsonNode> elements(String key, String type, int size, Predicate<JsonNode> test) {
        JsonNode array =
                required(key, type, node -> node.isArray() && stream(node).allMatch(test), Function.identity());
        if (array.size() != size) {
            throw wrong(key, "has " + array.size() + " entries; it must have " + size + ", one per request");
        }
        return stream(array);
    }

    private <T> T required(String key, String type, Predicate<JsonNode> test, Function<JsonNode, T> value) {
        JsonNode node = get(key);
        if (node.isMissingNode()) {
            throw wrong(key, "is missing; it must be " + type);
        }
        if (!test.test(node)) {
            throw wrong(key, "is " + found(node) + "; it must be " + type);
        }
        return value.apply(node);
    }

    private <T> Optional<T> optional(String key, String type, Predicate<JsonNode> test, Function<JsonNode, T> value) {
        JsonNode node = get(key);
        return node.isMissingNode() || node.isNull() ? Optional.empty() : Optional.of(required(key, type, test, value));
    }

    private JsonNode get(String key) {
        JsonNode node = object.get(key);
        return node == null ? MissingNode.getInstance() : node;
    }

    /** vLLM writes an endless rate as a text. */
    private static boolean isNumber(JsonNode node) {
        return node.isNumber() || node.isTextual() && node.textValue().equals("inf");
    }

    private static double number(JsonNode node) {
        return node.isNumber() ? node.doubleValue() : Double.POSITIVE_INFINITY;
    }

    private static boolean isNumberList(JsonNode node) {
        return node.isArray() && stream(node).allMatch(Fields::isNumber);
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static String found(JsonNode node) {
        String shown = node.toString();
        return shown.length() > LONGEST_SHOWN ? shown.substring(0, LONGEST_SHOWN) + "..." : shown;
    }
}
