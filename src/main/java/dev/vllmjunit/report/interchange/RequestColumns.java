package dev.vllmjunit.report.interchange;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The requests of a {@code vllm bench serve} file: an array per property, an entry per request. */
final class RequestColumns {

    private RequestColumns() {}

    /** None when the file was written without {@code --save-detailed}. */
    static List<VllmRequest> read(Fields fields) {
        if (!fields.has("ttfts")) {
            return List.of();
        }
        int size = fields.entries("ttfts");
        double[] ttfts = fields.numbers("ttfts", size);
        int[] inputs = fields.counts("input_lens", size);
        int[] outputs = fields.counts("output_lens", size);
        List<List<Double>> itls = fields.numberLists("itls", size);
        List<OptionalDouble> latencies = perhaps(fields, "latencies", size);
        List<OptionalDouble> starts = perhaps(fields, "start_times", size);
        List<OptionalDouble> queued = perhaps(fields, "queue_times", size);
        List<String> texts = fields.texts("generated_texts", size);
        List<String> errors = fields.texts("errors", size);
        return IntStream.range(0, size)
                .mapToObj(i -> new VllmRequest(
                        inputs[i],
                        outputs[i],
                        ttfts[i],
                        itls.get(i),
                        latencies.get(i),
                        starts.get(i),
                        queued.get(i),
                        texts.get(i),
                        errors.get(i)))
                .toList();
    }

    private static List<OptionalDouble> perhaps(Fields fields, String key, int size) {
        return fields.has(key)
                ? Arrays.stream(fields.numbers(key, size))
                        .mapToObj(OptionalDouble::of)
                        .toList()
                : Collections.nCopies(size, OptionalDouble.empty());
    }

    static void write(List<VllmRequest> requests, Map<String, @Nullable Object> json) {
        json.put("input_lens", column(requests, VllmRequest::inputLen));
        json.put("output_lens", column(requests, VllmRequest::outputLen));
        json.put("ttfts", column(requests, VllmRequest::ttft));
        json.put("itls", column(requests, VllmRequest::itls));
        putKnown(json, "latencies", column(requests, VllmRequest::latency));
        putKnown(json, "start_times", column(requests, VllmRequest::startTime));
        putKnown(json, "queue_times", column(requests, VllmRequest::queueTime));
        json.put("generated_texts", column(requests, VllmRequest::generatedText));
        json.put("errors", column(requests, VllmRequest::error));
    }

    private static <T> List<T> column(List<VllmRequest> requests, Function<VllmRequest, T> value) {
        return requests.stream().map(value).toList();
    }

    private static void putKnown(Map<String, @Nullable Object> json, String key, List<OptionalDouble> values) {
        if (values.stream().allMatch(OptionalDouble::isPresent)) {
            json.put(key, values.stream().map(OptionalDouble::getAsDouble).toList());
        }
    }
}
