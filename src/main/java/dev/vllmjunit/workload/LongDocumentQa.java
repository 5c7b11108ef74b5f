package dev.vllmjunit.workload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Long-document question answering: documents of an exact length in tokens, each asked several times, as vLLM's and LMCache's
 * scripts do. Immutable: each method returns a changed copy. Without any call: 10 documents of 20,000 tokens, 3 rounds in random
 * order with seed 0, 20 output tokens, one request at a time.
 *
 * <p>Lengths are exact by the serving node's own tokenizer, special tokens included. A prompt without a question has exactly
 * {@link #documentLength} tokens; with {@link #questions} the document alone has exactly that many, and the planned request says
 * how many the whole prompt has.
 *
 * <p>Each method throws {@link IllegalArgumentException} for a value that is not allowed.
 */
public final class LongDocumentQa implements Workload {

    private static final int DEFAULT_OUTPUT_TOKENS = 20;

    private final DocumentSpec documents;
    private final AskingSpec asking;
    private final int outputTokens;
    private final Arrivals arrivals;
    private final long seed;

    private LongDocumentQa(DocumentSpec documents, AskingSpec asking, int outputTokens, Arrivals arrivals, long seed) {
        this.documents = documents;
        this.asking = asking;
        this.outputTokens = outputTokens;
        this.arrivals = arrivals;
        this.seed = seed;
    }

    /** The workload with its defaults. */
    public static LongDocumentQa longDocumentQa() {
        return new LongDocumentQa(
                DocumentSpec.DEFAULT, AskingSpec.DEFAULT, DEFAULT_OUTPUT_TOKENS, new Arrivals.ClosedLoop(1), 0);
    }

    /**
     * How many documents, 10 by default. With {@link #documentsFrom} the first so many files by name, all by default.
     *
     * @param count 1 or more
     */
    public LongDocumentQa documents(int count) {
        OptionalInt checked = OptionalInt.of(Given.atLeast("documents", count, 1));
        return with(new DocumentSpec(checked, documents.length(), documents.text(), documents.folder()));
    }

    /**
     * Exact length of each document in tokens, 20,000 by default. With {@link #documentsFrom} files are cut to it, and used
     * whole by default.
     *
     * @param tokens 16, the smallest cache block, or more
     */
    public LongDocumentQa documentLength(int tokens) {
        OptionalInt checked = OptionalInt.of(Given.atLeast("documentLength", tokens, Prompt.BLOCK));
        return with(new DocumentSpec(documents.count(), checked, documents.text(), documents.folder()));
    }

    /** What documents consist of, {@link DocumentText#PROSE} by default. */
    public LongDocumentQa text(DocumentText text) {
        return with(new DocumentSpec(documents.count(), documents.length(), text, documents.folder()));
    }

    /**
     * Takes the text files of a folder as documents, in the order of their names. It is read by {@link #plan}, which throws
     * {@link IllegalArgumentException} naming the path of an unreadable or empty folder and of an unreadable or too short file.
     */
    public LongDocumentQa documentsFrom(Path folder) {
        return with(new DocumentSpec(documents.count(), documents.length(), documents.text(), Optional.of(folder)));
    }

    /**
     * How often each document is asked, 3 by default.
     *
     * @param rounds 1 or more
     */
    public LongDocumentQa repeat(int rounds) {
        Given.atLeast("repeat", rounds, 1);
        return with(new AskingSpec(
                rounds, asking.order(), asking.prompts(), asking.hits(), asking.misses(), asking.questions()));
    }

    /** In which order, {@link RepeatMode#RANDOM} by default. */
    public LongDocumentQa order(RepeatMode order) {
        return with(new AskingSpec(
                asking.rounds(), order, asking.prompts(), asking.hits(), asking.misses(), asking.questions()));
    }

    /**
     * Exactly so many requests: the pattern of documents, rounds and order is cut, or starts again, to reach it.
     *
     * @param requests 1 or more
     */
    public LongDocumentQa promptCount(int requests) {
        OptionalInt checked = OptionalInt.of(Given.atLeast("promptCount", requests, 1));
        return with(new AskingSpec(
                asking.rounds(), asking.order(), checked, asking.hits(), asking.misses(), asking.questions()));
    }

    /** Asks each document once and no more, whatever was said of rounds and prompts before. */
    public LongDocumentQa eachDocumentOnce() {
        return with(new AskingSpec(
                1, asking.order(), OptionalInt.empty(), asking.hits(), asking.misses(), asking.questions()));
    }

    /**
     * Makes the last {@code misses} of every {@code hits + misses} requests miss all caches by a random text in front of the
     * document, whose end is cut so that the length stays exact.
     *
     * @param hits 0 or more
     * @param misses 0 or more, above 0 in all
     */
    public LongDocumentQa forcedMisses(int hits, int misses) {
        Given.atLeast("forcedMisses' hits", hits, 0);
        Given.atLeast("forcedMisses' misses", misses, 0);
        Given.atLeast("forcedMisses' sum of hits and misses", hits + misses, 1);
        return with(
                new AskingSpec(asking.rounds(), asking.order(), asking.prompts(), hits, misses, asking.questions()));
    }

    /**
     * Questions to append, the first when a document is asked for the first time, and so on in turn. Requests about one document
     * then share the document as prefix.
     *
     * @param questions none blank; no question at all takes earlier ones away
     */
    public LongDocumentQa questions(String... questions) {
        Given.notBlank("question", questions);
        return with(new AskingSpec(
                asking.rounds(), asking.order(), asking.prompts(), asking.hits(), asking.misses(), List.of(questions)));
    }

    /**
     * Output tokens of each request, 20 by default; the end-of-sequence token is ignored, so that exactly so many come.
     *
     * @param tokens 1 or more
     */
    public LongDocumentQa outputTokens(int tokens) {
        Given.atLeast("outputTokens", tokens, 1);
        return new LongDocumentQa(documents, asking, tokens, arrivals, seed);
    }

    /** Seed of texts, random order, forced misses and Poisson arrivals; 0 by default. */
    public LongDocumentQa seed(long seed) {
        return new LongDocumentQa(documents, asking, outputTokens, arrivals, seed);
    }

    /**
     * Closed loop: so many requests at a time, 1 by default.
     *
     * @param requests 1 or more
     */
    public LongDocumentQa concurrency(int requests) {
        return with(new Arrivals.ClosedLoop(requests));
    }

    /**
     * Open loop: one request every {@code 1 / requestsPerSecond} seconds, whether or not earlier ones were answered.
     *
     * @param requestsPerSecond above 0
     */
    public LongDocumentQa requestRate(double requestsPerSecond) {
        return with(new Arrivals.ConstantRate(requestsPerSecond));
    }

    /**
     * Open loop: Poisson arrivals with the workload's seed.
     *
     * @param requestsPerSecond mean rate, above 0
     */
    public LongDocumentQa poissonRate(double requestsPerSecond) {
        return with(new Arrivals.Poisson(requestsPerSecond, seed));
    }

    /**
     * Open loop: the arrivals of {@link #poissonRate}, which comes first, made burstier or steadier as {@code vllm bench serve
     * --burstiness} does.
     *
     * @param burstiness shape of the gaps' gamma distribution, above 0: 1 is Poisson, less comes in bursts, more is steadier
     */
    public LongDocumentQa burstiness(double burstiness) {
        if (!(arrivals instanceof Arrivals.Poisson poisson)) {
            throw new IllegalArgumentException("burstiness shapes Poisson arrivals, but these are: "
                    + arrivals.describe() + "; call poissonRate before it");
        }
        return with(new Arrivals.Gamma(poisson.requestsPerSecond(), burstiness, seed));
    }

    /**
     * Open loop: a rate that goes in a straight line from one to another, and then stays.
     *
     * @param from requests per second at the start, 0 or more
     * @param to requests per second after the duration, above 0
     * @param duration above 0
     */
    public LongDocumentQa ramp(double from, double to, Duration duration) {
        return with(new Arrivals.Ramp(from, to, duration));
    }

    /**
     * Open loop: so many requests at once, again and again.
     *
     * @param size 1 or more
     * @param every from one burst to the next, above 0
     */
    public LongDocumentQa burst(int size, Duration every) {
        return with(new Arrivals.Burst(size, every));
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException when documents can't be read from their folder
     * @throws IllegalStateException when the tokenizer gives no text of the exact length
     */
    @Override
    public Schedule plan(String model, Tokenizer tokenizer) {
        return new LongDocumentPlan(documents, asking, outputTokens, seeded(), seed).plan(model, tokenizer);
    }

    /** The seed may have been given after the rate. */
    private Arrivals seeded() {
        if (arrivals instanceof Arrivals.Gamma gamma) {
            return new Arrivals.Gamma(gamma.requestsPerSecond(), gamma.burstiness(), seed);
        }
        return arrivals instanceof Arrivals.Poisson poisson
                ? new Arrivals.Poisson(poisson.requestsPerSecond(), seed)
                : arrivals;
    }

    private LongDocumentQa with(DocumentSpec changed) {
        return new LongDocumentQa(changed, asking, outputTokens, arrivals, seed);
    }

    private LongDocumentQa with(AskingSpec changed) {
        return new LongDocumentQa(documents, changed, outputTokens, arrivals, seed);
    }

    private LongDocumentQa with(Arrivals changed) {
        return new LongDocumentQa(documents, asking, outputTokens, changed, seed);
    }
}
