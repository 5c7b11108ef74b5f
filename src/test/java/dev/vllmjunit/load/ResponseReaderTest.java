package dev.vllmjunit.load;

import static dev.vllmjunit.load.Responses.DONE;
import static dev.vllmjunit.load.Responses.chunked;
import static dev.vllmjunit.load.Responses.event;
import static dev.vllmjunit.load.Responses.events;
import static dev.vllmjunit.load.Responses.head;
import static dev.vllmjunit.load.Responses.stream;
import static dev.vllmjunit.load.Responses.usage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the pieces in which a response is read, what is seen is the same. */
class ResponseReaderTest {

    private static final String LINES =
            Stream.concat(events(3), Stream.of(usage(3), DONE)).collect(Collectors.joining());

    static Stream<String> framings() {
        return Stream.of(
                stream(3),
                chunked(LINES),
                chunked(LINES.substring(0, 100), LINES.substring(100, 101), LINES.substring(101)),
                chunked(LINES.replace("\n", "\r\n")),
                chunked(LINES.replace("data: {", ": a comment\nid: 1\ndata:{")),
                stream(3).replace("\r\n\r\ndata", "; name=\"value\"\r\n\r\ndata"),
                chunked(LINES).replace("0\r\n\r\n", "0\r\nServer-Timing: a\r\nOther: b\r\n\r\n"),
                "HTTP/1.1 100 Continue\r\n\r\n" + stream(3),
                stream(3).replace("\r\n", "\n"),
                head("text/event-stream", "Content-Length: " + LINES.length()) + LINES,
                head("text/event-stream", "Content-Length: " + LINES.strip().length()) + LINES.strip(),
                chunked(LINES.strip()));
    }

    @ParameterizedTest
    @MethodSource("framings")
    void readsTheSameWhereverItIsSplit(String response) {
        byte[] bytes = response.getBytes(UTF_8);
        for (int split = 0; split <= bytes.length; split++) {
            Seen seen = new Seen();
            seen.read(bytes, 0, split, 1);
            seen.read(bytes, split, bytes.length, 2);
            seen.assertComplete();
        }
    }

    @ParameterizedTest
    @MethodSource("framings")
    void readsTheSameByteByByte(String response) {
        byte[] bytes = response.getBytes(UTF_8);
        Seen seen = new Seen();
        for (int i = 0; i < bytes.length; i++) {
            assertThat(seen.reader.isComplete()).isFalse();
            seen.read(bytes, i, i + 1, i);
        }
        seen.assertComplete();
    }

    @ParameterizedTest
    @MethodSource("framings")
    void readsOneResponseAfterTheOther(String response) {
        Seen seen = new Seen();
        for (int i = 0; i < 3; i++) {
            seen.expect();
            seen.readAll(response);
            seen.assertComplete();
        }
    }

    @Test
    void readsABodyUpToTheConnectionsEnd() {
        Seen seen = new Seen();
        seen.readAll(head("text/event-stream") + LINES);
        assertThat(seen.reader.isComplete()).isFalse();

        seen.reader.closed(9);

        assertThat(seen.reader.isComplete()).isTrue();
        assertThat(seen.reader.leavesConnectionUsable()).isFalse();
        assertThat(seen.answer.isDone()).isTrue();
    }

    @Test
    void aConnectionThatClosesTooEarlyLeavesTheResponseIncomplete() {
        for (String cut : new String[] {
            stream(3).substring(0, 300),
            stream(3).replace("0\r\n\r\n", ""),
            stream(3).substring(0, 10)
        }) {
            Seen seen = new Seen();
            seen.readAll(cut);
            seen.reader.closed(9);
            assertThat(seen.reader.isComplete()).isFalse();
        }
    }

    @Test
    void takesTheTimeOfTheReadThatCompletesAnEvent() {
        Seen seen = new Seen();
        byte[] bytes = stream(3).getBytes(UTF_8);
        int middleOfSecond = stream(3).indexOf(" w1");
        seen.read(bytes, 0, middleOfSecond, 10);
        seen.read(bytes, middleOfSecond, bytes.length, 20);

        assertThat(seen.answer.output.arrivals()).containsExactly(10, 20, 20);
    }

    @Test
    void keepsADocument() {
        Seen seen = new Seen();
        seen.readAll(Responses.withLength(
                404, "application/json", "{\"detail\":\"Not Found\"}", "X-Vllm-Junit-Hop: decode"));

        assertThat(seen.reader.isComplete()).isTrue();
        assertThat(seen.answer.document()).asString(UTF_8).isEqualTo("{\"detail\":\"Not Found\"}");
        assertThat(seen.answer.head())
                .isEqualTo(new ResponseHead(404, false, 22, true, false, java.util.Optional.of("decode")));
    }

    @Test
    void needsNoBodyWhereThereIsNone() {
        for (String response : new String[] {
            "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n"
        }) {
            Seen seen = new Seen();
            seen.readAll(response);
            assertThat(seen.reader.isComplete()).isTrue();
            assertThat(seen.reader.leavesConnectionUsable()).isEqualTo(response.contains("204"));
        }
    }

    @Test
    void http10ClosesUnlessItSaysOtherwise() {
        Seen seen = new Seen();
        seen.readAll("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
        assertThat(seen.reader.leavesConnectionUsable()).isFalse();
        seen.expect();
        seen.readAll("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n");
        assertThat(seen.reader.leavesConnectionUsable()).isTrue();
    }

    @Test
    void saysWhatIsNoResponse() {
        malformed("SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP/1.1 status line but \"SSH-2.0-OpenSSH_9.2\"");
        malformed("HTTP/1.1 OK\r\n\r\n", "no status code in \"HTTP/1.1 OK\"");
        malformed("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", "Content-Length \"many\"");
        String chunks = head("text/event-stream", "Transfer-Encoding: chunked");
        malformed(chunks + "xyz\r\n", "a chunk whose size has the byte 0x78");
        malformed(chunks + "\r\n", "a chunk whose size has the byte 0xd");
        malformed(chunks + "1111111111111111\r\n", "a chunk whose size has the byte 0x31");
        malformed(chunks + "2\r\nabc\r\n", "a chunk that is longer than its size");
        malformed(stream(1) + "HTTP", "4 bytes behind the response's end");
        malformed("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(20_000), "headers of more than 65536 bytes");
        malformed(chunked("data: {\"choices\":[{\"text\":\"a\n\n"), "an event that is no JSON object: \"a\"");
        malformed(chunked("data: oops\n\n"), "an event that is no JSON object: \"oops\"");
        malformed(chunked("data: {\"choices\":[]\n\n"), "an event that is no JSON object: \"{\"choices\":[]\"");
    }

    private static void malformed(String response, String message) {
        assertThatExceptionOfType(MalformedResponse.class)
                .isThrownBy(() -> new Seen().readAll(response))
                .withMessage(message);
    }

    @Test
    void growsBeyondWhatWasExpected() {
        String long1 = event("x".repeat(100_000), "null");
        Seen seen = new Seen();
        byte[] bytes = chunked(long1, long1, DONE).getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i += 1_000) {
            seen.read(bytes, i, Math.min(bytes.length, i + 1_000), i);
        }

        assertThat(seen.answer.output.quotedText()).hasSize(200_002);
        assertThat(seen.answer.output.arrivals()).hasSize(2);
    }

    private static final class Seen {

        final ResponseReader reader = new ResponseReader(new EventReader(new EventScanner()));
        Answer answer = new Answer(0);

        Seen() {
            expect();
        }

        void expect() {
            answer = new Answer(0);
            reader.expect(answer);
        }

        void readAll(String response) {
            byte[] bytes = response.getBytes(UTF_8);
            read(bytes, 0, bytes.length, 1);
        }

        void read(byte[] bytes, int from, int to, long now) {
            reader.read(bytes, from, to, now);
        }

        void assertComplete() {
            assertThat(reader.isComplete()).isTrue();
            assertThat(reader.leavesConnectionUsable()).isTrue();
            assertThat(answer.output.quotedText()).asString(UTF_8).isEqualTo("\" w0 w1 w2\"");
            assertThat(answer.output.arrivals()).hasSize(3);
            assertThat(answer.isDone()).isTrue();
            assertThat(answer.finishReason()).isEqualTo("length");
            assertThat(answer.usageEvent()).asString(UTF_8).contains("\"completion_tokens\":3");
            assertThat(answer.errorEvent()).isEmpty();
        }
    }
}
