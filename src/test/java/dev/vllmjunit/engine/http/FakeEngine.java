package dev.vllmjunit.engine.http;

import dev.vllmjunit.engine.core.Engine;
import dev.vllmjunit.engine.core.GenerationListener;
import dev.vllmjunit.engine.core.GenerationRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** An engine whose answers the test gives. */
final class FakeEngine implements Engine {

    final BlockingQueue<Submission> submissions = new LinkedBlockingQueue<>();
    final List<String> aborted = new CopyOnWriteArrayList<>();
    volatile boolean healthy = true;
    volatile boolean resetSucceeds = true;
    volatile String lastReset = "none";
    private volatile Consumer<Submission> script = submission -> {};

    /** Answers every request at once with as many tokens as it asks for, from these, over and over. */
    FakeEngine answering(int... tokens) {
        script = submission -> {
            for (int i = 0; i < submission.request.maxTokens(); i++) {
                submission.listener.onToken(tokens[i % tokens.length], -0.5);
            }
            submission.listener.onFinished("length", 3, Optional.empty());
        };
        return this;
    }

    FakeEngine doing(Consumer<Submission> newScript) {
        script = newScript;
        return this;
    }

    /** The next request that was submitted. */
    Submission next() throws InterruptedException {
        Submission submission = submissions.poll(5, TimeUnit.SECONDS);
        if (submission == null) {
            throw new AssertionError("no request reached the engine within 5 s");
        }
        return submission;
    }

    @Override
    public void submit(GenerationRequest request, GenerationListener listener) {
        Submission submission = new Submission(request, listener);
        submissions.add(submission);
        script.accept(submission);
    }

    @Override
    public void abort(String requestId) {
        aborted.add(requestId);
    }

    @Override
    public boolean resetPrefixCache(boolean external) {
        lastReset = external ? "external" : "local";
        return resetSucceeds;
    }

    @Override
    public boolean healthy() {
        return healthy;
    }

    @Override
    public String scrape() {
        return "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running{engine=\"0\"} 0.0\n";
    }

    @Override
    public void close() {}

    record Submission(GenerationRequest request, GenerationListener listener) {

        void finish(String reason) {
            listener.onFinished(reason, 0, Optional.empty());
        }
    }
}
