package dev.vllmjunit.load;

import static dev.vllmjunit.load.Driving.TIMEOUT;
import static dev.vllmjunit.load.Driving.closedLoop;
import static dev.vllmjunit.load.Driving.every;
import static dev.vllmjunit.load.Responses.DONE;
import static dev.vllmjunit.load.Responses.chunked;
import static dev.vllmjunit.load.Responses.chunks;
import static dev.vllmjunit.load.Responses.event;
import static dev.vllmjunit.load.Responses.stream;
import static dev.vllmjunit.load.Responses.usage;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.vllmjunit.load.ScriptedServer.Pause;
import dev.vllmjunit.load.ScriptedServer.Received;
import dev.vllmjunit.load.ScriptedServer.Send;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NettyLoadDriverTest {

    static Stream<Transport> transports() {
        return Stream.of(Transport.best(), Transport.nio());
    }

    @ParameterizedTest
    @MethodSource("transports")
    void recordsWhatCameBack(Transport transport) {
        try (ScriptedServer server = ScriptedServer.answering(stream(3));
                NettyLoadDriver driver = new NettyLoadDriver(transport)) {
            LoadResult result = driver.run(closedLoop(1, 2, 3), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(result.requests()).hasSize(2).allSatisfy(request -> {
                assertThat(request.error()).isEmpty();
                assertThat(request.text()).isEqualTo(" w0 w1 w2");
                assertThat(request.finishReason()).contains("length");
                assertThat(request.outputTokens()).isEqualTo(3);
                assertThat(request.promptTokens()).isEqualTo(7);
                assertThat(request.tokenNanos()).hasSize(3).isSorted();
                assertThat(request.intendedNanos()).isEqualTo(request.sentNanos());
                assertThat(request.sentNanos()).isGreaterThanOrEqualTo(result.startNanos());
                assertThat(request.tokenNanos()[0]).isGreaterThan(request.sentNanos());
                assertThat(request.endNanos())
                        .isGreaterThanOrEqualTo(request.tokenNanos()[2])
                        .isLessThanOrEqualTo(result.endNanos());
            });
            assertThat(result.health().connections()).isEqualTo(1);
        }
    }

    @Test
    void aStreamIsKnownFromItsFirstByteWhateverItIsCalled() {
        String calledJson = stream(3).replace("text/event-stream", "application/json");
        try (ScriptedServer server = ScriptedServer.answering(calledJson);
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result = driver.run(closedLoop(1, 2, 3), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(calledJson).contains("application/json");
            assertThat(result.requests()).hasSize(2).allSatisfy(request -> {
                assertThat(request.error()).isEmpty();
                assertThat(request.text()).isEqualTo(" w0 w1 w2");
                assertThat(request.tokenNanos()).hasSize(3).isSorted();
            });
            assertThat(result.health().connections()).isEqualTo(1);
        }
    }

    @Test
    void sendsTheBytesOfTheScheduleWithAnIdOfItsOwn() {
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult one = driver.run(closedLoop(1, 2, 1), server.endpoint(), TIMEOUT, finished -> {});
            LoadResult other = driver.run(closedLoop(1, 2, 1), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(server.received)
                    .extracting(Received::body)
                    .containsExactly(
                            "{\"prompt\":\"0\"}", "{\"prompt\":\"1\"}", "{\"prompt\":\"0\"}", "{\"prompt\":\"1\"}");
            Received first = server.received.get(0);
            assertThat(first.head()).startsWith("POST /v1/completions HTTP/1.1\r\n");
            assertThat(first.header("Host")).isEqualTo(server.endpoint().getAuthority());
            assertThat(first.header("Content-Type")).isEqualTo("application/json");
            assertThat(server.received.stream().map(request -> request.header("X-Request-Id")))
                    .containsExactlyElementsOf(Stream.of(one, other)
                            .flatMap(result -> result.requests().stream())
                            .map(RequestRecord::requestId)
                            .toList())
                    .doesNotHaveDuplicates()
                    .allMatch(id -> id.matches("vj-[0-9a-f]{8}-[01]"));
        }
    }

    @Test
    void sendsLargeBodiesWhole() {
        byte[] body = ("{\"prompt\":\"" + "x".repeat(3_000_000) + "\"}").getBytes(UTF_8);
        PlannedRequest planned = new PlannedRequest(0, 0, 0, false, Duration.ZERO, 1, 1, body);
        Schedule schedule = new Schedule("large", "/v1/completions", new Arrivals.ClosedLoop(1), List.of(planned));
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            RequestRecord request = driver.run(schedule, server.endpoint(), TIMEOUT, finished -> {})
                    .requests()
                    .get(0);

            assertThat(request.error()).isEmpty();
            assertThat(server.received.get(0).body()).hasSize(body.length);
        }
    }

    @Test
    void decodesTextThatIsCutInsideACharacter() {
        String response = chunked(
                event("a\\\"\\u00e9", "null"),
                event("\\ud83d", "null"),
                event("\\ude00 ü€", "\"length\""),
                usage(3),
                DONE);
        try (ScriptedServer server = ScriptedServer.answering(response)) {
            assertThat(Driving.one(server.endpoint(), 3, TIMEOUT).text()).isEqualTo("a\"é😀 ü€");
        }
    }

    @Test
    void takesAnAnswerInOnePieceAsItsFirstToken() {
        String answer = "{\"choices\":[{\"text\":\" all\",\"finish_reason\":\"length\"}],"
                + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":3}}";
        try (ScriptedServer server = ScriptedServer.answering(Responses.withLength(200, "application/json", answer))) {
            RequestRecord request = Driving.one(server.endpoint(), 3, TIMEOUT);

            assertThat(request.error()).isEmpty();
            assertThat(request.text()).isEqualTo(" all");
            assertThat(request.outputTokens()).isEqualTo(3);
            assertThat(request.promptTokens()).isEqualTo(7);
            assertThat(request.finishReason()).contains("length");
            assertThat(request.tokenNanos()).containsExactly(request.endNanos());
        }
    }

    @Test
    void takesTheTimeWhenTokensArrive() {
        String[] head = {chunked().replace("0\r\n\r\n", "")};
        try (ScriptedServer server = new ScriptedServer(request -> List.of(
                new Send(head[0]),
                new Pause(50),
                new Send(chunks(event("a", "null"))),
                new Pause(30),
                new Send(chunks(event("b", "\"length\""), usage(2), DONE) + "0\r\n\r\n")))) {
            RequestRecord request = Driving.one(server.endpoint(), 2, TIMEOUT);

            assertThat(request.error()).isEmpty();
            assertThat(millis(request.timeToFirstTokenNanos())).isBetween(50L, 1_000L);
            assertThat(millis(request.interTokenNanos().get(0))).isBetween(25L, 1_000L);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aClosedLoopNeverExceedsItsConcurrency(Transport transport) {
        try (ScriptedServer server = new ScriptedServer(request -> List.of(new Pause(2), new Send(stream(1))));
                NettyLoadDriver driver = new NettyLoadDriver(transport)) {
            LoadResult result = driver.run(closedLoop(5, 60, 1), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(result.requests()).allMatch(RequestRecord::succeeded);
            assertThat(server.received).hasSize(60);
            assertThat(server.received.stream().mapToInt(Received::unanswered).max())
                    .hasValue(5);
            assertThat(server.accepted).hasValue(5);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anOpenLoopSendsOnScheduleEvenIfAnswersAreSlow(Transport transport) {
        try (ScriptedServer server = new ScriptedServer(request -> List.of(new Pause(1_000), new Send(stream(1))));
                NettyLoadDriver driver = new NettyLoadDriver(transport)) {
            LoadResult result =
                    driver.run(every(Duration.ofMillis(10), 20, 1), server.endpoint(), TIMEOUT, finished -> {});

            assertThat(result.requests()).allMatch(RequestRecord::succeeded);
            assertThat(server.received.get(19).unanswered()).isEqualTo(20);
            assertThat(result.requests())
                    .extracting(RequestRecord::intendedNanos)
                    .containsExactlyElementsOf(IntStream.range(0, 20)
                            .mapToObj(i -> result.startNanos() + TimeUnit.MILLISECONDS.toNanos(10L * i))
                            .toList());
            long firstAnswer = result.requests().get(0).endNanos();
            assertThat(result.requests())
                    .allSatisfy(request -> assertThat(request.sentNanos())
                            .isGreaterThanOrEqualTo(request.intendedNanos())
                            .isLessThan(firstAnswer))
                    .allSatisfy(request ->
                            assertThat(millis(request.timeToFirstTokenNanos())).isGreaterThanOrEqualTo(999));
        }
    }

    @Test
    void latencyCountsFromTheIntendedStartWhenTheDriverIsLate() {
        AtomicReference<Long> blocked = new AtomicReference<>(0L);
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result = driver.run(every(Duration.ofMillis(20), 5, 1), server.endpoint(), TIMEOUT, finished -> {
                if (finished == 1) {
                    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100);
                    while (System.nanoTime() < until) {
                        Thread.onSpinWait();
                    }
                    blocked.set(until);
                }
            });

            RequestRecord late = result.requests().get(1);
            assertThat(late.sentNanos()).isGreaterThanOrEqualTo(blocked.get());
            assertThat(millis(late.sentNanos() - late.intendedNanos())).isGreaterThanOrEqualTo(50);
            assertThat(late.timeToFirstTokenNanos()).isGreaterThan(late.sentNanos() - late.intendedNanos());
            assertThat(millis(result.health().sending().maxNanos())).isGreaterThanOrEqualTo(50);
            assertThat(millis(result.health().loop().maxNanos())).isGreaterThanOrEqualTo(50);
        }
    }

    @Test
    void reportsProgressRequestByRequest() {
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        try (ScriptedServer server = ScriptedServer.answering(stream(1));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            driver.run(closedLoop(2, 4, 1), server.endpoint(), TIMEOUT, finished -> {
                seen.add(finished);
                throw new IllegalStateException("a callback that fails");
            });
        }
        assertThat(seen).containsExactly(1, 2, 3, 4);
    }

    @Test
    void aScheduleWithoutRequestsIsOverAtOnce() {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            LoadResult result =
                    driver.run(closedLoop(1, 0, 1), URI.create("http://127.0.0.1:1"), TIMEOUT, finished -> {});

            assertThat(result.requests()).isEmpty();
            assertThat(result.endNanos()).isEqualTo(result.startNanos());
        }
    }

    @Test
    void leavesNoConnectionAndNoThread() {
        try (ScriptedServer server = ScriptedServer.answering(stream(1))) {
            try (NettyLoadDriver driver = new NettyLoadDriver()) {
                driver.run(closedLoop(3, 9, 1), server.endpoint(), TIMEOUT, finished -> {});
                await().until(() -> server.open.get() == 0);
            }
            await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("vllm-load")));
        }
    }

    @Test
    void anInterruptEndsTheRun() throws Exception {
        try (ScriptedServer server = new ScriptedServer(request -> List.of(new Pause(60_000)));
                NettyLoadDriver driver = new NettyLoadDriver()) {
            CompletableFuture<LoadResult> result = new CompletableFuture<>();
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                result.complete(driver.run(closedLoop(1, 2, 1), server.endpoint(), TIMEOUT, finished -> {}));
                interrupted.complete(Thread.currentThread().isInterrupted());
            });
            caller.start();
            await().until(() -> server.received.size() == 1);
            caller.interrupt();

            assertThat(result.get(5, TimeUnit.SECONDS).requests())
                    .extracting(RequestRecord::error)
                    .containsExactly(
                            Optional.of("the run was interrupted while waiting for the first token (POST "
                                    + server.url() + ")"),
                            Optional.of("not sent: the run was interrupted (POST " + server.url() + ")"));
            assertThat(interrupted.get(5, TimeUnit.SECONDS)).isTrue();
            await().until(() -> server.open.get() == 0);
        }
    }

    @Test
    void closingTheDriverEndsTheRun() throws Exception {
        try (ScriptedServer server = new ScriptedServer(request -> List.of(new Pause(60_000)))) {
            NettyLoadDriver driver = new NettyLoadDriver();
            CompletableFuture<LoadResult> result = CompletableFuture.supplyAsync(
                    () -> driver.run(closedLoop(1, 1, 1), server.endpoint(), TIMEOUT, finished -> {}));
            await().until(() -> server.received.size() == 1);

            assertThatIllegalStateException()
                    .isThrownBy(() -> driver.run(closedLoop(1, 1, 1), server.endpoint(), TIMEOUT, finished -> {}))
                    .withMessage("this load driver is busy with another run; wait for it or use another one");
            driver.close();

            assertThat(result.get(5, TimeUnit.SECONDS).requests().get(0).error())
                    .contains(
                            "the load driver was closed while waiting for the first token (POST " + server.url() + ")");
            assertThatIllegalStateException()
                    .isThrownBy(() -> driver.run(closedLoop(1, 1, 1), server.endpoint(), TIMEOUT, finished -> {}))
                    .withMessage("this load driver is closed; use a new one");
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            for (String target : new String[] {"ftp://host", "http://host/v1", "host:80"}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> driver.run(closedLoop(1, 1, 1), URI.create(target), TIMEOUT, finished -> {}))
                        .withMessage("the load driver's target is " + target
                                + ", but must be like http://host:port or https://host:port, without a path");
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            driver.run(closedLoop(1, 1, 1), URI.create("http://host"), Duration.ZERO, finished -> {}))
                    .withMessage("the request timeout is PT0S, but must be above 0");
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
