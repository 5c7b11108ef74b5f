package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.GenerationRequest;
import java.util.List;
import java.util.OptionalInt;

/**
 * A checked call of one of the two generating endpoints.
 *
 * @param shape how it is answered
 * @param id vLLM's external id: {@code cmpl-…} or {@code chatcmpl-…}
 * @param created seconds since the epoch
 * @param model the served model's id
 * @param requests one for each prompt, in order
 * @param stream whether the answer is a stream
 * @param usage what the stream says about usage
 * @param tokenIds whether token ids are returned
 * @param logprobs how many alternatives are asked for; empty for no log probabilities
 */
record GenerationCall(
        Shape shape,
        String id,
        long created,
        String model,
        List<GenerationRequest> requests,
        boolean stream,
        StreamUsage usage,
        boolean tokenIds,
        OptionalInt logprobs) {

    /** What a stream says about usage. */
    enum StreamUsage {
        /** Nothing. */
        NONE,
        /** A chunk at the end. */
        LAST,
        /** With every chunk, and a chunk at the end. */
        EACH
    }

    int promptTokens() {
        return requests.stream()
                .mapToInt(request -> request.promptTokens().length)
                .sum();
    }
}
