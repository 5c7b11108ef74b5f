package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RouterHopsTest {

    private Stack stack = Stack.start();

    @AfterEach
    void close() {
        stack.close();
    }

    @Test
    void streamsDecodesAnswerByteForByte() {
        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(String.join("", Samples.STREAM));
        assertThat(response.headers().map())
                .containsEntry("content-type", List.of("text/event-stream"))
                .containsEntry("x-request-id", List.of("r-1"))
                .doesNotContainKey(Headers.HOP);
    }

    @Test
    void asksPrefillForOneTokenThenDecodeForAll() {
        stack.complete(
                """
                { "model": "m", "prompt": "a \\"q\\", {b}", "stream": true, "stream_options": {"include_usage": true},
                  "min_tokens": 2, "max_tokens": 2, "seed": 7 }""");

        assertThat(stack.prefill().only().uri()).isEqualTo("/v1/completions");
        assertThat(stack.prefill().only().body())
                .isEqualTo(
                        """
                        {"model": "m","prompt": "a \\"q\\", {b}","seed": 7,"stream":false,"max_tokens":1,\
                        "kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,"remote_engine_id":null,\
                        "remote_block_ids":null,"remote_host":null,"remote_port":null}}""");
        assertThat(stack.decode().only().uri()).isEqualTo("/v1/completions");
        assertThat(stack.decode().only().body())
                .isEqualTo(
                        """
                        {"model": "m","prompt": "a \\"q\\", {b}","stream": true,"stream_options": {"include_usage": true},\
                        "min_tokens": 2,"max_tokens": 2,"seed": 7,"kv_transfer_params":\
                        """
                                + Samples.PARAMS + "}");
        assertThat(stack.decode().only().nanos())
                .isGreaterThan(stack.prefill().only().nanos());
    }

    @Test
    void asksPrefillForOneChatToken() {
        stack.post(
                "/v1/chat/completions",
                """
                {"model":"m","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":9,"stream":true}""");

        assertThat(stack.prefill().only().uri()).isEqualTo("/v1/chat/completions");
        assertThat(stack.prefill().only().body())
                .isEqualTo(
                        """
                        {"model":"m","messages":[{"role":"user","content":"hi"}],"stream":false,"max_tokens":1,\
                        "max_completion_tokens":1,"kv_transfer_params":{"do_remote_decode":true,"do_remote_prefill":false,\
                        "remote_engine_id":null,"remote_block_ids":null,"remote_host":null,"remote_port":null}}""");
        assertThat(stack.decode().only().uri()).isEqualTo("/v1/chat/completions");
    }

    @Test
    void stampsChatsFirstTokenAtTheFirstContentNotAtTheRole() {
        stack.decode()
                .answers(FakeNode.events(List.of(
                        "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
                        "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n",
                        "data: [DONE]\n\n")));

        stack.post("/v1/chat/completions", "{\"messages\":[],\"stream\":true}");

        HopTimeline timeline = stack.timeline();
        assertThat(timeline.firstTokenNanos()).isBetween(timeline.decodeSentNanos(), timeline.lastTokenNanos());
        assertThat(timeline.failedHop()).isEmpty();
    }

    @Test
    void stampsEveryPartOfTheWayInOrder() {
        long before = System.nanoTime();
        stack.complete(Samples.STREAM_REQUEST);
        long after = System.nanoTime();

        HopTimeline timeline = stack.timeline();
        assertThat(List.of(
                        before,
                        timeline.receivedNanos(),
                        timeline.prefillSentNanos(),
                        timeline.prefillAnsweredNanos(),
                        timeline.decodeSentNanos(),
                        timeline.firstTokenNanos(),
                        timeline.lastTokenNanos(),
                        after))
                .isSorted();
        assertThat(stack.prefill().only().nanos())
                .isBetween(timeline.prefillSentNanos(), timeline.prefillAnsweredNanos());
        assertThat(stack.decode().only().nanos()).isBetween(timeline.decodeSentNanos(), timeline.firstTokenNanos());
        assertThat(timeline)
                .usingRecursiveComparison()
                .ignoringFieldsMatchingRegexes(".*Nanos")
                .isEqualTo(new HopTimeline("r-1", "prefill-0", "decode-0", 0, 0, 0, 0, 0, 0, 16, 48));
    }

    @Test
    void handsTimelinesOutOnce() {
        stack.complete(Samples.STREAM_REQUEST);

        assertThat(stack.router.takeTimelines()).containsOnlyKeys("r-1");
        assertThat(stack.router.takeTimelines()).isEmpty();
    }

    @Test
    void passesAnAnswerOnThatIsNoStream() {
        String answer = "{\"id\":\"cmpl-r\",\"choices\":[{\"text\":\" two\",\"finish_reason\":\"length\"}]}";
        stack.decode().answers(FakeNode.json(200, answer));

        HttpResponse<String> response = stack.complete("{\"prompt\":\"p\",\"max_tokens\":2}");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(answer);
        assertThat(response.headers().map())
                .containsEntry("content-type", List.of("application/json"))
                .containsEntry("content-length", List.of(String.valueOf(answer.length())));
        HopTimeline timeline = stack.timeline();
        assertThat(timeline.firstTokenNanos())
                .isEqualTo(timeline.lastTokenNanos())
                .isGreaterThan(timeline.decodeSentNanos());
        assertThat(timeline.failedHop()).isEmpty();
    }

    @Test
    void sendsDecodeNoTransferWhenPrefillOffersNone() {
        stack.prefill().answers(FakeNode.json(200, Samples.prefillAnswer("null")));

        HttpResponse<String> response = stack.complete(Samples.STREAM_REQUEST);

        assertThat(response.body()).isEqualTo(String.join("", Samples.STREAM));
        assertThat(stack.decode().only().body())
                .isEqualTo(
                        """
                        {"model": "m","prompt": "Long é text","stream": true,"max_tokens": 2}""");
        HopTimeline timeline = stack.timeline();
        assertThat(timeline.prefillCachedTokens()).isEqualTo(32);
        assertThat(timeline.transferredTokens()).isZero();
    }

    @Test
    void leavesCachedTokensOpenWhenPrefillDoesNotSay() {
        stack.prefill().answers(FakeNode.json(200, "{\"choices\":[]}"));

        stack.complete(Samples.STREAM_REQUEST);

        assertThat(stack.timeline().prefillCachedTokens()).isEqualTo(-1);
    }

    @Test
    void dropsATransferObjectThatIsNull() {
        stack.complete("{\"prompt\":\"p\",\"kv_transfer_params\":null,\"stream\":true}");

        assertThat(stack.decode().only().body())
                .isEqualTo("{\"prompt\":\"p\",\"stream\":true,\"kv_transfer_params\":" + Samples.PARAMS + "}");
    }

    @Test
    void sendsTheRequestIdAndTheClientsHeadersToBoth() {
        stack.post("/v1/completions", Samples.STREAM_REQUEST, "X-Request-Id", "r-9", "Authorization", "Bearer k");

        assertThat(List.of(stack.prefill().only(), stack.decode().only())).allSatisfy(received -> {
            assertThat(received.headers().getAll("X-Request-Id")).containsExactly("r-9");
            assertThat(received.headers().getAll("Authorization")).containsExactly("Bearer k");
            assertThat(received.headers().getAll("Content-Type")).containsExactly("application/json");
        });
        assertThat(stack.prefill().only().headers().get("Host"))
                .isEqualTo(stack.prefill().endpoint().getAuthority());
    }

    @Test
    void makesARequestIdWhenThereIsNone() {
        HttpResponse<String> response = stack.post("/v1/completions", Samples.STREAM_REQUEST);

        Optional<String> id = response.headers().firstValue("X-Request-Id");
        assertThat(id).isPresent();
        assertThat(stack.prefill().only().headers().get("X-Request-Id")).isEqualTo(id.get());
        assertThat(stack.decode().only().headers().get("X-Request-Id")).isEqualTo(id.get());
        assertThat(stack.router.takeTimelines()).containsOnlyKeys(id.get());
    }

    @Test
    void letsTheNodesOfEachRoleTakeTurns() {
        stack.close();
        stack = Stack.start(
                List.of(FakeNode.prefill(0), FakeNode.prefill(1)),
                List.of(FakeNode.decode(0), FakeNode.decode(1), FakeNode.decode(2)));
        for (int i = 0; i < 6; i++) {
            stack.post("/v1/completions", Samples.STREAM_REQUEST, "X-Request-Id", "r-" + i);
        }

        Map<String, HopTimeline> timelines = stack.router.takeTimelines();
        assertThat(timelines.values())
                .extracting(HopTimeline::requestId, HopTimeline::prefillNode, HopTimeline::decodeNode)
                .containsExactly(
                        tuple("r-0", "prefill-0", "decode-0"),
                        tuple("r-1", "prefill-1", "decode-1"),
                        tuple("r-2", "prefill-0", "decode-2"),
                        tuple("r-3", "prefill-1", "decode-0"),
                        tuple("r-4", "prefill-0", "decode-1"),
                        tuple("r-5", "prefill-1", "decode-2"));
        assertThat(stack.prefill).extracting(node -> node.received.size()).containsExactly(3, 3);
        assertThat(stack.decode).extracting(node -> node.received.size()).containsExactly(2, 2, 2);
    }
}
