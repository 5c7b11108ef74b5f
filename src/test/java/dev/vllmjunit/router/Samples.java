package dev.vllmjunit.router;

import java.util.List;

/** Messages as vLLM 0.32 writes them. */
final class Samples {

    static final String PARAMS =
            """
            {"do_remote_prefill": true, "do_remote_decode": false, "remote_block_ids": [[1, 2, 3]], \
            "remote_engine_id": "e-1", "remote_request_id": "cmpl-r-1-0", "remote_host": "127.0.0.1", \
            "remote_port": 50051, "tp_size": 1, "remote_num_tokens": 48, "remote_blocks_expiry_time": null, \
            "transfer_mode": "pull", "remote_prefill_cached_tokens": 16}""";

    static final String PREFILL_ANSWER = prefillAnswer(PARAMS);

    static final List<String> STREAM = List.of(
            "data: {\"id\":\"cmpl-r\",\"choices\":[{\"index\":0,\"text\":\" né\",\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"cmpl-r\",\"choices\":[{\"index\":0,\"text\":\" two\",\"finish_reason\":\"length\"}]}\n\n",
            "data: {\"id\":\"cmpl-r\",\"choices\":[],\"usage\":{\"prompt_tokens\":48,\"completion_tokens\":2}}\n\n",
            "data: [DONE]\n\n");

    static final String STREAM_REQUEST =
            """
            {"model": "m", "prompt": "Long é text", "stream": true, "max_tokens": 2}""";

    private Samples() {}

    static String prefillAnswer(String params) {
        return "{\"id\":\"cmpl-r\",\"choices\":[{\"index\":0,\"text\":\" x\",\"finish_reason\":\"length\"}],"
                + "\"usage\":{\"prompt_tokens\":48,\"completion_tokens\":1,\"prompt_tokens_details\":{\"cached_tokens\":32}},"
                + "\"kv_transfer_params\":" + params + "}";
    }
}
