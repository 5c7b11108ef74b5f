package dev.vllmjunit.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Bodies of requests. Prompts are token ids, because tokenizers differ; every id is in every vocabulary. */
final class Requests {

    static final String MODEL = "tiny";
    /** Tokens that a request asks for unless it says otherwise. */
    static final int OUTPUTS = 2;

    private static final int FIRST_ID = 300;
    private static final int LAST_ID = 4_000;
    private static final AtomicInteger SEED = new AtomicInteger();

    private Requests() {}

    /** A prompt that nobody has seen, nor its beginning. */
    static int[] fresh(int tokens) {
        return new Random(SEED.incrementAndGet())
                .ints(tokens, FIRST_ID, LAST_ID)
                .toArray();
    }

    /** A prompt that begins as another does. */
    static int[] sharing(int[] prompt, int tokens, int length) {
        return IntStream.concat(Arrays.stream(prompt, 0, tokens), Arrays.stream(fresh(length - tokens)))
                .toArray();
    }

    static ObjectNode completion(int... prompt) {
        ObjectNode body = common();
        body.set("prompt", Reply.JSON.valueToTree(prompt));
        return body;
    }

    static ObjectNode chat(String text) {
        ObjectNode body = common();
        body.putArray("messages").addObject().put("role", "user").put("content", text);
        return body;
    }

    /** What a router asks the prefill node. */
    static ObjectNode prefill(int... prompt) {
        ObjectNode body = completion(prompt).put("max_tokens", 1).put("stream", false);
        body.putObject("kv_transfer_params")
                .put("do_remote_decode", true)
                .put("do_remote_prefill", false)
                .putNull("remote_engine_id")
                .putNull("remote_block_ids")
                .putNull("remote_host")
                .putNull("remote_port");
        return body;
    }

    static ObjectNode streaming(ObjectNode body) {
        return body.deepCopy().put("stream", true);
    }

    private static ObjectNode common() {
        return Reply.JSON
                .createObjectNode()
                .put("model", MODEL)
                .put("max_tokens", OUTPUTS)
                .put("temperature", 0)
                .put("ignore_eos", true);
    }
}
