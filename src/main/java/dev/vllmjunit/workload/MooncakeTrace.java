package dev.vllmjunit.workload;

import java.nio.file.Path;

/**
 * A recorded trace in the format that the Mooncake project publishes (FAST'25), and other tools replay: one JSON object a line,
 * {@code {"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47, ...]}}, with milliseconds, and one
 * hash id for each block of 512 prompt tokens. Prompts are made up: equal hash ids stand for equal text, so that prompts share the
 * prefixes that the recorded ones shared, and each has exactly as many tokens as recorded. Immutable: each method returns a changed
 * copy.
 *
 * <p>A request's intended start is its time after the trace's first request. A request that shares half its blocks or more with an
 * earlier one asks about the same document: the turns of a recorded conversation.
 *
 * <p>Each method throws {@link IllegalArgumentException} for a value that is not allowed.
 */
public final class MooncakeTrace implements Workload {

    private final Path file;
    private final TraceScale scale;
    private final long seed;

    private MooncakeTrace(Path file, TraceScale scale, long seed) {
        this.file = file;
        this.scale = scale;
        this.seed = seed;
    }

    /** The whole trace as it was recorded. The file is read by {@link #plan}. */
    public static MooncakeTrace mooncakeTrace(Path file) {
        return new MooncakeTrace(file, TraceScale.NONE, 0);
    }

    /**
     * The first so many requests only.
     *
     * @param most 1 or more
     */
    public MooncakeTrace requests(int most) {
        Given.atLeast("requests", most, 1);
        return with(new TraceScale(most, scale.pace(), scale.maxInputTokens(), scale.maxOutputTokens()));
    }

    /**
     * So many times faster than recorded: 2 halves the gaps. Takes the place of {@link #requestRate}.
     *
     * @param factor above 0
     */
    public MooncakeTrace speedUp(double factor) {
        return at(new TracePace.SpeedUp(Given.above0("speedUp", factor)));
    }

    /**
     * As much faster or slower than recorded as it takes for this rate on average, from the first request to the last: all gaps are
     * scaled alike, so that bursts stay bursts. For a search, as in {@code stack.maxRateMeeting(trace::requestRate, WARM, slo)}. Takes
     * the place of {@link #speedUp}.
     *
     * @param requestsPerSecond above 0
     */
    public MooncakeTrace requestRate(double requestsPerSecond) {
        return at(new TracePace.Rate(Given.rate("requestRate", requestsPerSecond)));
    }

    /**
     * Cuts the end off longer prompts.
     *
     * @param tokens 16, the smallest cache block, or more
     */
    public MooncakeTrace maxInputTokens(int tokens) {
        Given.atLeast("maxInputTokens", tokens, Prompt.BLOCK);
        return with(new TraceScale(scale.requests(), scale.pace(), tokens, scale.maxOutputTokens()));
    }

    /**
     * Asks for no more output tokens.
     *
     * @param tokens 1 or more
     */
    public MooncakeTrace maxOutputTokens(int tokens) {
        Given.atLeast("maxOutputTokens", tokens, 1);
        return with(new TraceScale(scale.requests(), scale.pace(), scale.maxInputTokens(), tokens));
    }

    /** Seed of the texts, 0 by default. */
    public MooncakeTrace seed(long seed) {
        return new MooncakeTrace(file, scale, seed);
    }

    /**
     * {@inheritDoc} Holds all prompts in memory, and asks the tokenizer a few times for each block and prompt: limit
     * {@link #requests} of a long trace.
     *
     * @throws IllegalArgumentException naming file and line when the trace can't be read; if a {@link #requestRate} is asked of
     *     requests that all come at once
     * @throws IllegalStateException when the tokenizer gives no text of the exact length
     */
    @Override
    public Schedule plan(String model, Tokenizer tokenizer) {
        return new TracePlan(file, scale, seed).plan(model, tokenizer);
    }

    private MooncakeTrace at(TracePace pace) {
        return with(new TraceScale(scale.requests(), pace, scale.maxInputTokens(), scale.maxOutputTokens()));
    }

    private MooncakeTrace with(TraceScale changed) {
        return new MooncakeTrace(file, changed, seed);
    }
}
