package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.Generation;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.OutputComparison;
import dev.vllmjunit.evidence.OutputComparison.Found;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.load.LoadResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * After a run, holds a sample of its outputs against a fresh computation of the same prompts: on a decode node alone, where no
 * KV is transferred and no object store is behind it, with a salt that its own cache cannot answer. Engines give wrong text under HTTP 200 and healthy counters when a block is not
 * what it was.
 */
final class OutputCheck {

    private static final int FEWEST_TOKENS = 8;
    private static final int MOST_TOKENS = 32;
    private static final int MOST_SUSPECTS = 4;
    private static final int SAMPLES_AMONG_FAULTS = 8;

    private final int samples;
    private final ModelSpec model;
    private final Resending resending;
    private final RunObserver observer;
    private final OutputMemory memory = new OutputMemory();

    /**
     * For one stack.
     *
     * @param samples documents to compare in each run; 0 for no comparison at all
     * @param resending to the router, and to a decode node alone
     * @param observer told of the prompts that are sent again
     */
    OutputCheck(int samples, ModelSpec model, Resending resending, RunObserver observer) {
        this.samples = samples;
        this.model = model;
        this.resending = resending;
        this.observer = observer;
    }

    /**
     * What came of it.
     *
     * @param fact for the report: how many prompts, how long it took
     * @param compared how many answers
     */
    record Outcome(List<OutputDifference> differences, Optional<Problem> problem, String fact, int compared) {}

    /** Remembers answers that are not measured. */
    void remember(Schedule schedule, LoadResult load) {
        if (samples > 0) {
            suspects(schedule, load);
        }
    }

    /**
     * Compares. Sends requests: nothing may be counted any more.
     *
     * @param salt what the measured requests carried
     * @param servedFrom where a request's prompt came from, for messages
     */
    Outcome check(Schedule schedule, LoadResult load, RunSalt salt, Function<RequestRecord, String> servedFrom) {
        return load.requests().stream().allMatch(RequestRecord::succeeded)
                ? compared(schedule, load, samples, salt, servedFrom)
                : notCompared("not after failed requests");
    }

    /**
     * Compares those of a run with faults on purpose that were answered: more of them than elsewhere, since they are what the run is
     * about.
     */
    Outcome checkAnswered(
            Schedule schedule, LoadResult load, RunSalt salt, Function<RequestRecord, String> servedFrom) {
        return compared(schedule, load, Math.max(samples, SAMPLES_AMONG_FAULTS), salt, servedFrom);
    }

    private Outcome compared(
            Schedule schedule,
            LoadResult load,
            int documents,
            RunSalt salt,
            Function<RequestRecord, String> servedFrom) {
        if (samples == 0) {
            return notCompared("switched off");
        }
        if (!schedule.path().equals(GenerationCalls.PATH)) {
            return notCompared("not read from " + schedule.path());
        }
        long start = System.nanoTime();
        List<RequestRecord> chosen = choose(schedule, load, documents);
        List<OutputDifference> differences = new ArrayList<>();
        Optional<Problem> problem = Optional.empty();
        AtomicInteger compared = new AtomicInteger();
        IntConsumer progress = observer.sending("comparing outputs with a fresh computation", chosen.size());
        List<Resending.Prompt> prompts = chosen.stream()
                .map(request -> prompt(planned(schedule, request)))
                .toList();
        try {
            resending.send(prompts, salt, (position, answers) -> {
                PlannedRequest planned = prompts.get(position).planned();
                compare(planned, chosen.get(position), answers, servedFrom).ifPresent(differences::add);
                progress.accept(compared.incrementAndGet());
            });
        } catch (ControlCallException | IllegalArgumentException e) {
            problem = Optional.of(notComparable(e));
        } finally {
            observer.sent();
        }
        String fact =
                String.format(Locale.ROOT, "%d prompts, %.2f s", chosen.size(), (System.nanoTime() - start) / 1e9);
        return new Outcome(differences, problem, fact, compared.get());
    }

    private static Outcome notCompared(String why) {
        return new Outcome(List.of(), Optional.empty(), why, 0);
    }

    private List<RequestRecord> choose(Schedule schedule, LoadResult load, int documents) {
        List<RequestRecord> firsts = firstAnswered(load);
        int count = Math.min(documents, firsts.size());
        Stream<RequestRecord> spread = Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(i -> firsts.get((int) ((long) i * firsts.size() / count)));
        Map<UUID, RequestRecord> chosen = new LinkedHashMap<>();
        Stream.concat(suspects(schedule, load).stream().limit(MOST_SUSPECTS), spread)
                .forEach(
                        request -> chosen.putIfAbsent(planned(schedule, request).contentId(), request));
        return List.copyOf(chosen.values());
    }

    /** The first answer about each document. */
    private static List<RequestRecord> firstAnswered(LoadResult load) {
        Map<Integer, RequestRecord> firsts = new LinkedHashMap<>();
        load.requests().stream()
                .filter(RequestRecord::succeeded)
                .forEach(request -> firsts.putIfAbsent(request.documentId(), request));
        return List.copyOf(firsts.values());
    }

    private static PlannedRequest planned(Schedule schedule, RequestRecord request) {
        return schedule.requests().get(request.index());
    }

    private List<RequestRecord> suspects(Schedule schedule, LoadResult load) {
        return load.requests().stream()
                .filter(RequestRecord::succeeded)
                .filter(request -> isGreedy(schedule, request))
                .filter(request -> memory.isSuspect(planned(schedule, request), request))
                .toList();
    }

    private static boolean isGreedy(Schedule schedule, RequestRecord request) {
        return GenerationCalls.isGreedy(planned(schedule, request).body());
    }

    private Resending.Prompt prompt(PlannedRequest planned) {
        int room = model.maxModelLength() - planned.promptTokens();
        int tokens = Math.min(room, Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, planned.maxTokens())));
        return new Resending.Prompt(planned, tokens);
    }

    private Optional<OutputDifference> compare(
            PlannedRequest planned,
            RequestRecord request,
            Resending.Answers answers,
            Function<RequestRecord, String> servedFrom) {
        Generation right = answers.right();
        Generation again = answers.again();
        String measured = GenerationCalls.isGreedy(planned.body()) ? request.text() : again.text();
        Optional<Found> found = new OutputComparison(model.bytesPerElement()).compare(measured, again, right);
        if (found.isEmpty()) {
            memory.correct(planned, request);
        }
        return found.map(difference -> describe(planned, request, servedFrom, difference, again, right));
    }

    private static OutputDifference describe(
            PlannedRequest planned,
            RequestRecord request,
            Function<RequestRecord, String> servedFrom,
            Found found,
            Generation again,
            Generation right) {
        boolean within = found.token() < right.size();
        return new OutputDifference(
                request.requestId(),
                planned.documentId(),
                servedFrom.apply(request),
                found.kind(),
                found.token(),
                within ? right.pieces().get(found.token()) : "",
                within ? right.logprobs().get(found.token()) : null,
                found.actual(),
                found.logprob(),
                request.text(),
                again.text(),
                right.text());
    }

    private static Problem notComparable(RuntimeException e) {
        return new Problem(
                InvalidReason.NOT_OBSERVABLE,
                "outputs could not be compared with a fresh computation: " + e.getMessage()
                        + "; vllm.integrity.samples=0 switches the comparison off");
    }
}
