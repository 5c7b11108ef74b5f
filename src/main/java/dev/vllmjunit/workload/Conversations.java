package dev.vllmjunit.workload;

import java.time.Duration;

/**
 * Multi-turn conversations, as {@code benchmark_serving_multi_turn.py} of vLLM has them: the prompt of a turn is the system prompt
 * that all conversations share, all earlier turns of its own conversation, and the user's new text. Immutable: each method returns
 * a changed copy. Without any call: 8 conversations of 4 turns, one at a time, a system prompt of 256 tokens, 64 tokens from the
 * user and 32 from the assistant in each turn, no think time.
 *
 * <p>Since a schedule is decided before the first request, the assistant's part in later prompts is scripted: as many tokens as the
 * answer has, but not the answer's words.
 *
 * <p>A turn's intended start is a think time after the turn before it has ended; that of a first turn is when a slot for its
 * conversation is free, or when the rate says.
 *
 * <p>Each method throws {@link IllegalArgumentException} for a value that is not allowed.
 */
public final class Conversations implements Workload {

    private static final ConversationSpec DEFAULT = new ConversationSpec(8, 4, 256, 64, 32);

    private final ConversationSpec spec;
    private final ConversationStarts starts;
    private final Duration thinkTime;
    private final long seed;

    private Conversations(ConversationSpec spec, ConversationStarts starts, Duration thinkTime, long seed) {
        this.spec = spec;
        this.starts = starts;
        this.thinkTime = thinkTime;
        this.seed = seed;
    }

    /** The workload with its defaults. */
    public static Conversations conversations() {
        return new Conversations(DEFAULT, new ConversationStarts.Slots(1), Duration.ZERO, 0);
    }

    /**
     * How many conversations, 8 by default.
     *
     * @param conversations 1 or more
     */
    public Conversations count(int conversations) {
        Given.atLeast("count", conversations, 1);
        return with(new ConversationSpec(
                conversations, spec.turns(), spec.systemTokens(), spec.userTokens(), spec.outputTokens()));
    }

    /**
     * Turns of each conversation, one request each, 4 by default.
     *
     * @param turns 1 or more
     */
    public Conversations turns(int turns) {
        Given.atLeast("turns", turns, 1);
        return with(
                new ConversationSpec(spec.count(), turns, spec.systemTokens(), spec.userTokens(), spec.outputTokens()));
    }

    /**
     * Tokens of the system prompt that all conversations share, 256 by default.
     *
     * @param tokens 0 or more
     */
    public Conversations systemPromptTokens(int tokens) {
        Given.atLeast("systemPromptTokens", tokens, 0);
        return with(new ConversationSpec(spec.count(), spec.turns(), tokens, spec.userTokens(), spec.outputTokens()));
    }

    /**
     * Tokens that the user adds in each turn, 64 by default.
     *
     * @param tokens 16, the smallest cache block, or more
     */
    public Conversations userTokens(int tokens) {
        Given.atLeast("userTokens", tokens, Prompt.BLOCK);
        return with(new ConversationSpec(spec.count(), spec.turns(), spec.systemTokens(), tokens, spec.outputTokens()));
    }

    /**
     * Output tokens of each turn, 32 by default, and of the assistant's part in later prompts.
     *
     * @param tokens 1 or more
     */
    public Conversations outputTokens(int tokens) {
        Given.atLeast("outputTokens", tokens, 1);
        return with(new ConversationSpec(spec.count(), spec.turns(), spec.systemTokens(), spec.userTokens(), tokens));
    }

    /**
     * From the end of a turn to the intended start of the next, none by default.
     *
     * @param time 0 or more
     */
    public Conversations thinkTime(Duration time) {
        return new Conversations(spec, starts, Given.notNegative("thinkTime", time), seed);
    }

    /**
     * Conversations at a time, 1 by default. Takes the place of a rate.
     *
     * @param conversations 1 or more
     */
    public Conversations concurrency(int conversations) {
        return starting(new ConversationStarts.Slots(Given.atLeast("concurrency", conversations, 1)));
    }

    /**
     * A new conversation at a constant rate, however many are under way: every {@code turns / requestsPerSecond} seconds. Takes the place
     * of {@link #concurrency}.
     *
     * @param requestsPerSecond of all turns together, above 0
     */
    public Conversations requestRate(double requestsPerSecond) {
        return starting(new ConversationStarts.Constant(Given.rate("requestRate", requestsPerSecond)));
    }

    /**
     * New conversations in a Poisson process, however many are under way; for a search, as in {@code
     * stack.maxRateMeeting(conversations()::poissonRate, WARM, slo)}. Takes the place of {@link #concurrency}.
     *
     * @param requestsPerSecond mean rate of all turns together, above 0
     */
    public Conversations poissonRate(double requestsPerSecond) {
        return starting(new ConversationStarts.Random(Given.rate("poissonRate", requestsPerSecond)));
    }

    /** Seed of the texts and of a Poisson process, 0 by default. */
    public Conversations seed(long seed) {
        return new Conversations(spec, starts, thinkTime, seed);
    }

    /**
     * {@inheritDoc} Conversation after conversation; their document ids are the conversations, their occurrences the turns.
     *
     * @throws IllegalStateException when the tokenizer gives no text of the exact length
     */
    @Override
    public Schedule plan(String model, Tokenizer tokenizer) {
        return new ConversationPlan(spec, starts.arrivals(spec.turns(), thinkTime, seed), seed).plan(model, tokenizer);
    }

    private Conversations with(ConversationSpec changed) {
        return new Conversations(changed, starts, thinkTime, seed);
    }

    private Conversations starting(ConversationStarts changed) {
        return new Conversations(spec, changed, thinkTime, seed);
    }
}
