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
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * After a run, holds a sample of its outputs against a fresh computation of the same prompts: on a decode node alone, where no
 * KV is transferred and no object store is behind it, with a salt that its own cache cannot answer. What was computed afresh is
 * kept for the next runs of the same prompts. Engines give wrong text under HTTP 200 and healthy counters when a block is not
 * what it was.
 */
final class OutputCheck {

    private static final int FEWEST_TOKENS = 8;
    private static final int MOST_TOKENS = 32;
    private static final int MOST_SUSPECTS = 4;
    private static final int SAMPLES_AMONG_FAULTS = 8;

    private final int samples;
    private final ModelSpec model;
    private final URI stack;
    private final URI alone;
    private final GenerationCalls calls;
    private final RunObserver observer;
    private final OutputMemory memory = new OutputMemory();
    private final Map<UUID, Generation> fresh = new HashMap<>();

    /**
     * For one stack.
     *
     * @param samples documents to compare in each run; 0 for no comparison at all
     * @param stack the router's endpoint
     * @param alone a decode node's endpoint
     * @param observer told of the prompts that are sent again
     */
    OutputCheck(int samples, ModelSpec model, URI stack, URI alone, GenerationCalls calls, RunObserver observer) {
        this.samples = samples;
        this.model = model;
        this.stack = stack;
        this.alone = alone;
        this.calls = calls;
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
        int compared = 0;
        IntConsumer progress = observer.sending("comparing outputs with a fresh computation", chosen.size());
        try {
            for (RequestRecord request : chosen) {
                compare(planned(schedule, request), request, salt, servedFrom).ifPresent(differences::add);
                progress.accept(++compared);
            }
        } catch (ControlCallException | IllegalArgumentException e) {
            problem = Optional.of(notComparable(e));
        } finally {
            observer.sent();
        }
        String fact =
                String.format(Locale.ROOT, "%d prompts, %.2f s", chosen.size(), (System.nanoTime() - start) / 1e9);
        return new Outcome(differences, problem, fact, compared);
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
                .forEach(request -> chosen.putIfAbsent(id(planned(schedule, request)), request));
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

    private static UUID id(PlannedRequest planned) {
        return UUID.nameUUIDFromBytes(planned.body());
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

    private Optional<OutputDifference> compare(
            PlannedRequest planned, RequestRecord request, RunSalt salt, Function<RequestRecord, String> servedFrom) {
        int room = model.maxModelLength() - planned.promptTokens();
        int tokens = Math.min(room, Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, planned.maxTokens())));
        Generation right = fresh.computeIfAbsent(id(planned), key -> calls.afresh(alone, planned.body(), tokens));
        Generation again = calls.again(stack, salt.on(planned.body()), tokens);
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
