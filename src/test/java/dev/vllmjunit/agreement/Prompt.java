package dev.vllmjunit.agreement;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Token ids that are valid in both stacks' vocabularies. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Prompt(String model, int[] tokens) {

    private static final String PATH = "/v1/completions";
    private static final ObjectMapper JSON = new ObjectMapper();

    /** The same seed gives the same tokens, a shorter prompt those that lead the longer one. */
    static Prompt of(String model, long seed, int length) {
        return new Prompt(model, tokens(seed, length));
    }

    private static int[] tokens(long seed, int length) {
        return new Random(seed).ints(length, 100, 4_000).toArray();
    }

    int length() {
        return tokens.length;
    }

    /** Its leading tokens, then others. */
    Prompt continued(int prefix, long seed, int length) {
        return new Prompt(
                model,
                IntStream.concat(Arrays.stream(tokens, 0, prefix), Arrays.stream(tokens(seed, length - prefix)))
                        .toArray());
    }

    ObjectNode body(int outputTokens, boolean stream) {
        ObjectNode body = JSON.createObjectNode()
                .put("model", model)
                .put("max_tokens", outputTokens)
                .put("temperature", 0)
                .put("ignore_eos", true)
                .put("stream", stream);
        ArrayNode ids = body.putArray("prompt");
        Arrays.stream(tokens).forEach(ids::add);
        if (stream) {
            body.putObject("stream_options").put("include_usage", true);
        }
        return body;
    }

    Schedule schedule(int outputTokens) {
        PlannedRequest request = new PlannedRequest(
                0,
                0,
                0,
                false,
                Duration.ZERO,
                length(),
                outputTokens,
                body(outputTokens, true).toString().getBytes(StandardCharsets.UTF_8));
        return new Schedule(toString(), PATH, new Arrivals.ClosedLoop(1), List.of(request));
    }

    @Override
    public String toString() {
        return tokens.length + " tokens";
    }
}
