package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Responses as vLLM writes them. */
final class Responses {

    static final String DONE = "data: [DONE]\n\n";

    private Responses() {}

    /** A complete stream of some tokens, in one HTTP chunk per event. */
    static String stream(int tokens) {
        return chunked(
                Stream.concat(events(tokens), Stream.of(usage(tokens), DONE)).toArray(String[]::new));
    }

    static Stream<String> events(int tokens) {
        return IntStream.range(0, tokens)
                .mapToObj(token -> event(" w" + token, token == tokens - 1 ? "\"length\"" : "null"));
    }

    static String event(String text, String finishReason) {
        return "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1788000000,\"model\":\"model\","
                + "\"choices\":[{\"index\":0,\"text\":\"" + text + "\",\"logprobs\":null,\"finish_reason\":"
                + finishReason
                + ",\"stop_reason\":null}]}\n\n";
    }

    static String usage(int tokens) {
        return "data: {\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":1788000000,\"model\":\"model\","
                + "\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":" + (7 + tokens)
                + ",\"completion_tokens\":" + tokens + "}}\n\n";
    }

    /** As vLLM reports an engine error after the headers. */
    static String error(String message) {
        return "data: {\"error\": {\"message\": \"" + message
                + "\", \"type\": \"InternalServerError\", \"param\": null, \"code\": 500}}\n\n";
    }

    static String chunked(String... chunks) {
        return head("text/event-stream; charset=utf-8", "Transfer-Encoding: chunked") + chunks(chunks) + "0\r\n\r\n";
    }

    static String chunks(String... chunks) {
        return Stream.of(chunks)
                .map(chunk -> Integer.toHexString(chunk.getBytes(UTF_8).length) + "\r\n" + chunk + "\r\n")
                .collect(Collectors.joining());
    }

    static String head(String contentType, String... more) {
        return "HTTP/1.1 200 OK\r\ndate: Sat, 29 Aug 2026 10:00:00 GMT\r\ncontent-type: " + contentType + "\r\n"
                + Stream.of(more).map(line -> line + "\r\n").collect(Collectors.joining()) + "\r\n";
    }

    static String withLength(int status, String contentType, String body, String... more) {
        return head(
                                contentType,
                                Stream.concat(
                                                Stream.of(more),
                                                Stream.of("Content-Length: " + body.getBytes(UTF_8).length))
                                        .toArray(String[]::new))
                        .replace("200 OK", status + " Some Reason")
                + body;
    }
}
