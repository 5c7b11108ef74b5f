package dev.vllmjunit.agreement;

import dev.vllmjunit.stats.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * One request's times, in seconds.
 *
 * @param state where its KV cache was
 * @param tokens prompt tokens
 * @param firstToken what the driver saw
 * @param prefill all of it but the decode hop: the prefill node, and driver and router, which nodes on the same cores slow down
 * @param decode the router's hop through the decode node, to its first token
 * @param perToken a further output token
 * @param transfer the NIXL transfer, as the decode node counts it
 * @param store from prefill's answer until every chunk was seen in the bucket
 */
record Timing(
        State state,
        int tokens,
        double firstToken,
        double prefill,
        double decode,
        double perToken,
        double transfer,
        double store) {

    /** Several requests of one state and length as one. */
    static Timing median(List<Timing> timings) {
        return new Timing(
                timings.get(0).state,
                timings.get(0).tokens,
                median(timings, Timing::firstToken),
                median(timings, Timing::prefill),
                median(timings, Timing::decode),
                median(timings, Timing::perToken),
                median(timings, Timing::transfer),
                median(timings, Timing::store));
    }

    private static double median(List<Timing> timings, ToDoubleFunction<Timing> time) {
        return Sample.of(timings.stream().mapToDouble(time).toArray()).quantile(0.5);
    }

    /** The same request on a stack whose hops take so much less. */
    Timing less(double prefillSeconds, double decodeSeconds) {
        return new Timing(
                state, tokens, firstToken, prefill - prefillSeconds, decode - decodeSeconds, perToken, transfer, store);
    }

    /** By name, for a table. */
    Map<String, Object> columns() {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("state", state.label());
        columns.put("prompt tokens", tokens);
        columns.put("time to first token, s", firstToken);
        columns.put("all but the decode hop, s", prefill);
        columns.put("decode hop, s", decode);
        columns.put("further token, s", perToken);
        columns.put("NIXL transfer, s", transfer);
        columns.put("prefill's answer until stored, s", store);
        return columns;
    }
}
