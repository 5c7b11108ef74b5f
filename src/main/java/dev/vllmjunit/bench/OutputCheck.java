package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.BenchmarkResult.Problem;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.http.ControlCallException;
import dev.vllmjunit.load.LoadResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
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
 * KV is transferred and no object store is behind it, with a salt that its own cache cannot answer. Engines give wrong text under
 * HTTP 200 and healthy counters when a block is not what it was.
 */
final class OutputCheck {

    private static final String TITLE = "comparing outputs with a fresh computation";
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
        List<RequestRecord> chosen = choose(schedule, load, documents);
        return chosen.isEmpty()
                ? notCompared("no request was answered")
                : resent(new OutputSample(model, memory, schedule, chosen, servedFrom), salt);
    }

    private Outcome resent(OutputSample sample, RunSalt salt) {
        long start = System.nanoTime();
        int size = sample.prompts().size();
        Optional<Problem> problem = resend(sample, salt, observer.sending(TITLE, size));
        String fact = String.format(Locale.ROOT, "%d prompts, %.2f s", size, (System.nanoTime() - start) / 1e9);
        return new Outcome(sample.differences(), problem, fact, sample.judged());
    }

    private Optional<Problem> resend(OutputSample sample, RunSalt salt, IntConsumer progress) {
        try {
            resending.send(sample.prompts(), salt, answers -> {
                sample.judge(answers);
                progress.accept(sample.judged());
            });
            return Optional.empty();
        } catch (ControlCallException | IllegalArgumentException e) {
            return Optional.of(notComparable(e));
        } finally {
            observer.sent();
        }
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

    private static Problem notComparable(RuntimeException e) {
        return new Problem(
                InvalidReason.NOT_OBSERVABLE,
                "outputs could not be compared with a fresh computation: " + e.getMessage()
                        + "; vllm.integrity.samples=0 switches the comparison off");
    }
}
