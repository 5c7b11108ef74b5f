package dev.vllmjunit.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** Decides every request of a {@link LongDocumentQa}. */
record LongDocumentPlan(DocumentSpec documents, AskingSpec asking, int outputTokens, Arrivals arrivals, long seed) {

    /** Fills a cache block with any tokenizer. */
    private static final int PREFIX_WORDS = 16;

    Schedule plan(String model, Tokenizer tokenizer) {
        ExactLength lengths = new ExactLength(tokenizer);
        List<Prompt> texts = documents.load(lengths, seed);
        List<Integer> order = asking.documents(texts.size(), seed);
        List<Duration> starts = ArrivalTimes.of(arrivals, order.size());
        Requests requests = new Requests(texts, lengths, new CompletionBody(model, outputTokens));
        for (int index = 0; index < order.size(); index++) {
            requests.add(order.get(index), starts.get(index));
        }
        return new Schedule(name(texts), CompletionBody.PATH, arrivals, requests.planned);
    }

    private String name(List<Prompt> texts) {
        OptionalInt exact = documents.exactLength();
        String length = exact.isPresent() ? "x " + exact.getAsInt() + " tokens" : "from files";
        return texts.size() + (texts.size() == 1 ? " document " : " documents ") + length + ", " + asking.describe();
    }

    /** Requests planned so far; equal prompts share their body. */
    private final class Requests {

        private final List<Prompt> texts;
        private final ExactLength lengths;
        private final CompletionBody bodies;
        private final List<PlannedRequest> planned = new ArrayList<>();
        private final Map<Integer, Integer> occurrences = new HashMap<>();
        private final Set<Integer> brought = new HashSet<>();
        private final Map<String, Ready> ready = new HashMap<>();

        Requests(List<Prompt> texts, ExactLength lengths, CompletionBody bodies) {
            this.texts = texts;
            this.lengths = lengths;
            this.bodies = bodies;
        }

        void add(int document, Duration start) {
            int index = planned.size();
            int occurrence = occurrences.merge(document, 1, Integer::sum) - 1;
            boolean miss = asking.forcesMiss(index);
            Prompt text = miss ? behindRandomText(texts.get(document), index) : texts.get(document);
            Ready request = ready(text, asking.question(occurrence));
            int shared = miss || brought.add(document) ? 0 : request.tokens();
            planned.add(new PlannedRequest(
                    index, document, occurrence, miss, start, request.tokens(), shared, outputTokens, request.body()));
        }

        private Prompt behindRandomText(Prompt document, int index) {
            WordText longer = WordText.of(Prose.prefix(PREFIX_WORDS, seed, index), document.text());
            OptionalInt exact = documents.exactLength();
            return exact.isPresent()
                    ? lengths.cut(longer, exact.getAsInt())
                    : lengths.measure(longer.first(Integer.MAX_VALUE));
        }

        private Ready ready(Prompt text, String question) {
            return ready.computeIfAbsent(
                    text.text() + question,
                    prompt -> new Ready(
                            question.isEmpty()
                                    ? text.tokens()
                                    : lengths.measure(prompt).tokens(),
                            bodies.of(prompt)));
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Ready(int tokens, byte[] body) {}
}
