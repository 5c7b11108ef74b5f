package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseScannerTest {

    private final SseScanner scanner = new SseScanner();

    private void scan(String text) {
        ByteBuf chunk = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        scanner.scan(chunk);
        assertThat(chunk.toString(StandardCharsets.UTF_8)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[{\"text\":\"x\"}]}",
                "{\"choices\":[{\"text\":\"\",\"token_ids\":[7]}]}",
                "{\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\"}]}",
                "{\"choices\":[{\"delta\":{\"content\":\"x\"}}]}",
                "{\"choices\":[{\"delta\":{\"reasoning\":\"x\"}}]}",
                "{\"choices\":[{\"delta\":{\"reasoning_content\":\"x\"}}]}",
                "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0}]}}]}",
                "{\"choices\":[{\"text\":\"\"},{\"text\":\"x\"}]}"
            })
    void seesOutput(String data) {
        scan("data: " + data + "\n\n");

        assertThat(scanner.output()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"choices\":[]}",
                "{\"choices\":[{\"text\":\"\",\"finish_reason\":null}]}",
                "{\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}",
                "{\"choices\":[{\"text\":\"\",\"token_ids\":null}]}",
                "{\"choices\":[{\"text\":\"x\"}]",
                "[DONE]"
            })
    void seesNoOutput(String data) {
        scan("data: " + data + "\n\n");

        assertThat(scanner.output()).isFalse();
    }

    @Test
    void seesEventsThatAreCutAnywhere() {
        String stream =
                """
                data: {"choices":[{"text":"é"}]}

                data: {"choices":[]}

                data: {"error": {"code": 500}}

                data: [DONE]

                """;
        for (byte one : stream.getBytes(StandardCharsets.UTF_8)) {
            scanner.scan(Unpooled.wrappedBuffer(new byte[] {one}));
        }

        assertThat(scanner.output()).isTrue();
        assertThat(scanner.error()).isTrue();
        assertThat(scanner.done()).isTrue();
    }

    @Test
    void seesSeveralEventsInOneChunk() {
        scan("data: {\"choices\":[{\"text\":\"a\"}]}\n\ndata: {\"choices\":[{\"text\":\"b\"}]}\n\ndata: [DONE]\n\n");

        assertThat(scanner.output()).isTrue();
        assertThat(scanner.done()).isTrue();
        assertThat(scanner.error()).isFalse();
    }

    @Test
    void takesTextThatTalksOfTheEndForText() {
        scan(
                "data: {\"choices\":[{\"text\":\"data: [DONE] {\\\"error\\\"\"}]}\n\n: data: [DONE]\n\nevent: data: [DONE]\n\n");

        assertThat(scanner.done()).isFalse();
        assertThat(scanner.error()).isFalse();
    }

    @Test
    void takesNoSpaceAndCarriageReturns() {
        scan("data:{\"error\":{}}\r\n\r\ndata:[DONE]\r\n\r\n");

        assertThat(scanner.error()).isTrue();
        assertThat(scanner.done()).isTrue();
    }

    @Test
    void isNotDoneBeforeTheEndOfTheLine() {
        scan("data: [DONE]");

        assertThat(scanner.done()).isFalse();
    }

    @Test
    void copesWithALongFirstEvent() {
        scan("data: {\"choices\":[{\"text\":\"");
        scan("x".repeat(100_000));
        scan("\"}]}\n\n");

        assertThat(scanner.output()).isTrue();
    }
}
