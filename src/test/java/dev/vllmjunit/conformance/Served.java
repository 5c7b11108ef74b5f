package dev.vllmjunit.conformance;

import java.util.HashMap;
import java.util.Map;

/**
 * How a node serves one request, and what its counters have to say of it.
 *
 * @param prompt tokens of the prompt
 * @param outputs tokens generated
 * @param own prompt tokens from the device's own blocks
 * @param loaded prompt tokens from the KV cache server
 * @param pulled prompt tokens from another node
 * @param blocks blocks that came with them
 * @param reused prompt tokens that the stack did not compute for this request: a decode node takes the prefill node's word for it
 */
record Served(int prompt, int outputs, int own, int loaded, int pulled, int blocks, int reused) {

    /** All computed. */
    static Served computing(int tokens) {
        return new Served(tokens, Requests.OUTPUTS, 0, 0, 0, 0, 0);
    }

    Served outputs(int tokens) {
        return new Served(prompt, tokens, own, loaded, pulled, blocks, reused);
    }

    Served own(int tokens) {
        return new Served(prompt, outputs, tokens, loaded, pulled, blocks, tokens + loaded);
    }

    Served loaded(int tokens) {
        return new Served(prompt, outputs, own, tokens, pulled, blocks, own + tokens);
    }

    /** Everything beyond the own blocks pulled from a node that itself had reused so many tokens. */
    Served pulledFrom(int reusedThere) {
        int missing = prompt - own;
        int missingBlocks = (prompt + StackUnderTest.BLOCK - 1) / StackUnderTest.BLOCK - own / StackUnderTest.BLOCK;
        return new Served(prompt, outputs, own, 0, missing, missingBlocks, reusedThere);
    }

    private int cached() {
        return own + loaded + pulled;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new HashMap<>();
        tokens(counters);
        caches(counters);
        request(counters);
        if (pulled > 0) {
            transfer(counters);
        }
        counters.values().removeIf(moved -> moved == 0);
        return counters;
    }

    private void tokens(Map<String, Long> counters) {
        counters.put("prompt_tokens_total", (long) prompt);
        counters.put("prompt_tokens_cached_total", (long) cached());
        counters.put("prompt_tokens_by_source_total{local_compute}", (long) prompt - cached());
        counters.put("prompt_tokens_by_source_total{local_cache_hit}", (long) own);
        counters.put("prompt_tokens_by_source_total{external_kv_transfer}", (long) loaded + pulled);
        counters.put("prompt_tokens_cached_by_source_total{device}", (long) own);
        counters.put("prompt_tokens_cached_by_source_total{external_unspecified}", (long) loaded);
        counters.put("prompt_tokens_cached_by_source_total{p2p}", (long) pulled);
        counters.put("generation_tokens_total", (long) outputs);
        counters.put("iteration_tokens_total_sum", (long) prompt - cached() + outputs);
        counters.put("iteration_tokens_total_count", (long) outputs);
    }

    private void caches(Map<String, Long> counters) {
        counters.put("prefix_cache_queries_total", (long) prompt);
        counters.put("prefix_cache_hits_total", (long) own);
        counters.put("external_prefix_cache_queries_total", (long) prompt - own);
        counters.put("external_prefix_cache_hits_total", (long) loaded + pulled);
    }

    private void request(Map<String, Long> counters) {
        counters.put("request_success_total{length}", 1L);
        counters.put("request_prompt_tokens_sum", (long) prompt);
        counters.put("request_generation_tokens_sum", (long) outputs);
        counters.put("request_params_max_tokens_sum", (long) outputs);
        counters.put("request_prefill_kv_computed_tokens_sum", (long) prompt - reused);
        for (String tokens : new String[] {"prompt", "generation", "params_max", "prefill_kv_computed"}) {
            counters.put("request_" + tokens + "_tokens_count", 1L);
        }
        for (String time : new String[] {
            "time_to_first_token",
            "e2e_request_latency",
            "request_queue_time",
            "request_inference_time",
            "request_prefill_time",
            "request_decode_time",
            "request_time_per_output_token"
        }) {
            counters.put(time + "_seconds_count", 1L);
        }
        counters.put("inter_token_latency_seconds_count", (long) outputs - 1);
    }

    private void transfer(Map<String, Long> counters) {
        counters.put(
                "nixl_bytes_transferred_sum", (long) blocks * StackUnderTest.BLOCK * StackUnderTest.BYTES_PER_TOKEN);
        for (String what :
                new String[] {"bytes_transferred", "num_descriptors", "xfer_time_seconds", "post_time_seconds"}) {
            counters.put("nixl_" + what + "_count", 1L);
        }
    }
}
