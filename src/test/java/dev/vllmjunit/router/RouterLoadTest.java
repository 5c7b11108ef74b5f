package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

class RouterLoadTest {

    private static final int CONCURRENCY = 200;

    @Test
    void keepsTwoHundredStreamsApartAndLosesNoConnection() {
        try (Stack stack = Stack.start()) {
            stack.decode().answers((received, response) -> FakeNode.events(slowly("data: {\"choices\":[{\"text\":\""
                            + received.headers().get("X-Request-Id") + "\"}]}\n\n"))
                    .apply(received, response));

            List<String> bodies = inParallel(stack.uri("/v1/completions"));

            assertThat(bodies)
                    .isEqualTo(IntStream.range(0, CONCURRENCY)
                            .mapToObj(i -> ("data: {\"choices\":[{\"text\":\"r-" + i + "\"}]}\n\n").repeat(5)
                                    + "data: [DONE]\n\n")
                            .toList());
            assertThat(stack.router.takeTimelines().values())
                    .hasSize(CONCURRENCY)
                    .extracting(HopTimeline::failedHop)
                    .containsOnly(Optional.empty());
            assertThat(stack.decode().openConnections.get()).isBetween(1, CONCURRENCY);
            stack.router.close();
            await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
                assertThat(stack.prefill().openConnections).hasValue(0);
                assertThat(stack.decode().openConnections).hasValue(0);
            });
        }
    }

    @Test
    void handsEveryRequestsBlocksToThatRequest() {
        try (Stack stack = Stack.start()) {
            stack.prefill().answers((received, response) -> FakeNode.json(
                            200, Samples.prefillAnswer(Samples.PARAMS.replace("cmpl-r-1-0", "cmpl-" + id(received))))
                    .apply(received, response));

            inParallel(stack.uri("/v1/completions"));

            assertThat(stack.decode().received).hasSize(CONCURRENCY).allSatisfy(received -> assertThat(received.body())
                    .contains("\"remote_request_id\": \"cmpl-" + id(received) + "\""));
        }
    }

    private static String id(FakeNode.Received received) {
        return received.headers().get("X-Request-Id");
    }

    private static Flux<String> slowly(String event) {
        return Flux.range(0, 5)
                .delayElements(Duration.ofMillis(20))
                .map(i -> event)
                .concatWithValues("data: [DONE]\n\n");
    }

    private static List<String> inParallel(URI uri) {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<String>> answers = IntStream.range(0, CONCURRENCY)
                .mapToObj(i -> HttpRequest.newBuilder(uri)
                        .timeout(Stack.LONG)
                        .header("X-Request-Id", "r-" + i)
                        .POST(HttpRequest.BodyPublishers.ofString(Samples.STREAM_REQUEST))
                        .build())
                .map(request -> client.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                        .thenApply(HttpResponse::body))
                .toList();
        return answers.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void usesAConnectionAgain() {
        try (Stack stack = Stack.start()) {
            for (int i = 0; i < 20; i++) {
                stack.complete(Samples.STREAM_REQUEST);
            }

            assertThat(stack.prefill().openConnections).hasValue(1);
            assertThat(stack.decode().openConnections).hasValue(1);
        }
    }

    @Test
    void sendsNodesNothingOfItsOwn() {
        try (Stack stack = Stack.start()) {
            assertThat(stack.prefill().received).isEmpty();
            assertThat(stack.decode().received).isEmpty();
            assertThat(stack.router.takeTimelines()).isEmpty();
        }
    }

    @Test
    void leavesNoThreadBehind() {
        try (Stack stack = Stack.start()) {
            stack.complete(Samples.STREAM_REQUEST);
            assertThat(routerThreads()).isNotEmpty().allMatch(Thread::isDaemon);

            stack.router.close();

            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(routerThreads()).isEmpty());
        }
    }

    @Test
    void breaksOffWhatIsUnderWayWhenClosed() {
        try (Stack stack = Stack.start()) {
            stack.prefill().answers(FakeNode.hangs());
            CompletableFuture<HttpResponse<String>> answer =
                    CompletableFuture.supplyAsync(() -> stack.complete(Samples.STREAM_REQUEST));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> !stack.prefill().received.isEmpty());

            stack.router.close();

            await().atMost(Duration.ofSeconds(10)).until(answer::isDone);
            assertThat(answer).isCompletedExceptionally();
        }
    }

    @Test
    void saysWhichPortIsTakenAndLeavesNothingBehind() {
        try (Stack stack = Stack.start()) {
            int taken = stack.prefill().endpoint().getPort();
            int threads = routerThreads().size();
            RouterConfig config = new RouterConfig(
                    List.of(stack.prefill().target()),
                    List.of(stack.decode().target()),
                    OptionalInt.of(taken),
                    Stack.LONG,
                    Stack.LONG,
                    Stack.LONG);

            assertThatThrownBy(() -> Router.start(config))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the router cannot listen on 127.0.0.1:" + taken + "; free the port, or leave it out to"
                            + " take a free one");
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(routerThreads()).hasSize(threads));
        }
    }

    private static List<Thread> routerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vllm-router"))
                .toList();
    }
}
