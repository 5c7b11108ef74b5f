package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
        requireOneShape(prompt, path);
        List<int[]> prompts = new ArrayList<>();
        if (prompt.path(0).isNumber()) {
            prompts.add(known(prompt, path));
        } else {
            prompt.forEach(element ->
                    prompts.add(element.isTextual() ? tokenizer.encode(element.textValue()) : known(element, path)));
        }
        return prompts;
    }

    /** Pydantic tries the four shapes of a prompt in turn, and reports what each of them lacks if none fits. */
    private static void requireOneShape(JsonNode prompt, String path) {
        List<Violation> found = new ArrayList<>();
        boolean fits = adds(found, idViolations(prompt, path))
                || adds(found, violations(prompt, path, (list, where) -> idViolations(list, where).stream()))
                || adds(found, noText(prompt, path).stream().toList())
                || adds(found, violations(prompt, path, (text, where) -> noText(text, where).stream()));
        if (!fits) {
            throw Violation.error(found.toArray(Violation[]::new)).asException();
        }
    }

    /** Whether there is nothing to add. */
    private static boolean adds(List<Violation> all, List<Violation> more) {
        all.addAll(more);
        return more.isEmpty();
    }

    /**
     * The token ids of a list.
     *
     * @throws ApiException naming every element that is none
     */
    static int[] ids(JsonNode list, String path) {
        List<Violation> violations = idViolations(list, path);
        if (!violations.isEmpty()) {
            throw Violation.error(violations.toArray(Violation[]::new)).asException();
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) Math.min(list.get(i).longValue(), Integer.MAX_VALUE);
        }
        return ids;
    }

    private static List<Violation> idViolations(JsonNode list, String path) {
        return violations(list, path, (id, where) -> idViolation(id, where).stream());
    }

    private static List<Violation> violations(
            JsonNode list, String path, BiFunction<JsonNode, String, Stream<Violation>> ofElement) {
        if (!list.isArray()) {
            return List.of(Violation.of("list_type", path, "Input should be a valid list", list));
        }
        return IntStream.range(0, list.size())
                .boxed()
                .flatMap(i -> ofElement.apply(list.get(i), path + "." + i))
                .toList();
    }

    private static Optional<Violation> noText(JsonNode value, String path) {
        return value.isTextual()
                ? Optional.empty()
                : Optional.of(Violation.of("string_type", path, "Input should be a valid string", value));
    }

    private static Optional<Violation> idViolation(JsonNode id, String path) {
        String integer = "Input should be a valid integer";
        if (id.isTextual()) {
            return Optional.of(
                    Violation.of("int_parsing", path, integer + ", unable to parse string as an integer", id));
        }
        if (!id.isNumber()) {
            return Optional.of(Violation.of("int_type", path, integer, id));
        }
        if (!id.isIntegralNumber()) {
            return Optional.of(
                    Violation.of("int_from_float", path, integer + ", got a number with a fractional part", id));
        }
        return id.bigIntegerValue().signum() >= 0
                ? Optional.empty()
                : Optional.of(new Violation(
                        "greater_than_equal",
                        path,
                        "Input should be greater than or equal to 0",
                        id.asText(),
                        "'ge': 0"));
    }

    private int[] known(JsonNode list, String path) {
        list.forEach(id -> {
            if (id.isIntegralNumber() && !(id.canConvertToLong() && tokenizer.knows(id.longValue()))) {
                throw ApiError.badRequest("Token id " + id.asText() + " is out of vocabulary")
                        .asException();
            }
        });
        return ids(list, path);
    }
}
