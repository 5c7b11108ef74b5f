package dev.vllmjunit.bench;

import dev.vllmjunit.evidence.Generation;
import dev.vllmjunit.evidence.OutputComparison;
import dev.vllmjunit.evidence.OutputComparison.Found;
import dev.vllmjunit.evidence.OutputDifference;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Answers of one run that are held against a fresh computation. */
final class OutputSample {

    private static final int FEWEST_TOKENS = 8;
    private static final int MOST_TOKENS = 32;

    private final ModelSpec model;
    private final OutputMemory memory;
    private final List<RequestRecord> answered;
    private final List<Resending.Prompt> prompts;
    private final Function<RequestRecord, String> servedFrom;
    private final List<OutputDifference> differences = new ArrayList<>();
    private int judged;

    OutputSample(
            ModelSpec model,
            OutputMemory memory,
            Schedule schedule,
            List<RequestRecord> answered,
            Function<RequestRecord, String> servedFrom) {
        this.model = model;
        this.memory = memory;
        this.answered = answered;
        this.prompts = answered.stream()
                .map(request -> prompt(schedule.requests().get(request.index())))
                .toList();
        this.servedFrom = servedFrom;
    }

    private Resending.Prompt prompt(PlannedRequest planned) {
        int room = model.maxModelLength() - planned.promptTokens();
        int tokens = Math.min(room, Math.max(FEWEST_TOKENS, Math.min(MOST_TOKENS, planned.maxTokens())));
        return new Resending.Prompt(planned, tokens);
    }

    /** What to send again. */
    List<Resending.Prompt> prompts() {
        return prompts;
    }

    /** Takes what the next prompt gave. */
    void judge(Resending.Answers answers) {
        RequestRecord request = answered.get(judged);
        PlannedRequest planned = prompts.get(judged).planned();
        judged++;
        Generation again = answers.again();
        String measured = GenerationCalls.isGreedy(planned.body()) ? request.text() : again.text();
        Optional<Found> found = new OutputComparison(model.bytesPerElement()).compare(measured, again, answers.right());
        if (found.isEmpty()) {
            memory.correct(planned, request);
        }
        found.map(difference -> describe(planned, request, difference, answers)).ifPresent(differences::add);
    }

    /** How many so far. */
    int judged() {
        return judged;
    }

    List<OutputDifference> differences() {
        return differences;
    }

    private OutputDifference describe(
            PlannedRequest planned, RequestRecord request, Found found, Resending.Answers answers) {
        Generation right = answers.right();
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
                answers.again().text(),
                right.text());
    }
}
