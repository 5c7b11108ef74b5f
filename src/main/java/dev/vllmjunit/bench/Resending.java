package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.Generation;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.workload.PlannedRequest;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Sends planned requests again, a few at a time: through the stack, and to one node alone with a salt that its own cache cannot answer.
 * What was computed afresh is kept for the next runs of the same prompts.
 */
final class Resending {

    /** As many as the guide's clients. */
    private static final int AT_ONCE = 4;

    private final URI stack;
    private final URI alone;
    private final GenerationCalls calls;
    private final Map<UUID, Generation> fresh = new ConcurrentHashMap<>();

    /**
     * For one stack.
     *
     * @param stack the router's endpoint
     * @param alone the endpoint of the node that computes afresh
     */
    Resending(URI stack, URI alone, GenerationCalls calls) {
        this.stack = stack;
        this.alone = alone;
        this.calls = calls;
    }

    /**
     * A prompt to send again.
     *
     * @param tokens how many to generate
     */
    record Prompt(PlannedRequest planned, int tokens) {}

    /** What a prompt gave afresh and through the stack. */
    record Answers(Generation right, Generation again) {}

    /**
     * Tells of each prompt's answers, on this thread and in order.
     *
     * @param salt what requests through the stack carry
     * @throws ControlCallException the first failure in order; what is on its way then is given up
     */
    void send(List<Prompt> prompts, RunSalt salt, Consumer<Answers> judge) {
        ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE, new DefaultThreadFactory("output-check", true));
        try {
            List<Future<Answers>> asked = prompts.stream()
                    .map(prompt -> senders.submit(() -> answers(prompt, salt)))
                    .toList();
            for (Future<Answers> answers : asked) {
                judge.accept(await(answers));
            }
        } finally {
            senders.shutdownNow();
        }
    }

    private Answers answers(Prompt prompt, RunSalt salt) {
        return new Answers(
                afresh(prompt), calls.again(stack, salt.on(prompt.planned().body()), prompt.tokens()));
    }

    private Generation afresh(Prompt prompt) {
        UUID id = prompt.planned().contentId();
        Generation known = fresh.get(id);
        if (known == null) {
            known = calls.afresh(alone, prompt.planned().body(), prompt.tokens());
            fresh.put(id, known);
        }
        return known;
    }

    private static Answers await(Future<Answers> answers) {
        try {
            return answers.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ControlCallException("the comparison of outputs was interrupted", e);
        }
    }
}
