package dev.vllmjunit.engine.core;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Collects what a request comes to. */
final class Answer implements GenerationListener {

    final List<Integer> tokens = new CopyOnWriteArrayList<>();
    final List<Double> logprobs = new CopyOnWriteArrayList<>();
    final List<Long> times = new CopyOnWriteArrayList<>();
    volatile String finishReason = "";
    volatile String error = "";
    volatile int cachedTokens = -1;
    volatile Optional<RemoteKv> remoteKv = Optional.empty();

    @Override
    public void onToken(int tokenId, double logprob) {
        tokens.add(tokenId);
        logprobs.add(logprob);
        times.add(System.nanoTime());
    }

    @Override
    public void onFinished(String reason, int cached, Optional<RemoteKv> remote) {
        cachedTokens = cached;
        remoteKv = remote;
        finishReason = reason;
    }

    @Override
    public void onError(String message) {
        error = message;
    }

    Answer awaitEnd() {
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(2))
                .pollDelay(Duration.ZERO)
                .until(() -> !finishReason.isEmpty() || !error.isEmpty());
        return this;
    }

    /** The output, once the request has finished without an error. */
    List<Integer> output() {
        awaitEnd();
        if (!error.isEmpty()) {
            throw new AssertionError("the request failed: " + error);
        }
        return List.copyOf(tokens);
    }
}
