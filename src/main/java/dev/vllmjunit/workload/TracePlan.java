package dev.vllmjunit.workload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Decides every request of a {@link MooncakeTrace}. */
record TracePlan(Path file, TraceScale scale, long seed) {

    Schedule plan(String model, Tokenizer tokenizer) {
        List<TraceEntry> recorded = new TraceFile(file).read(scale.requests());
        Requests requests = new Requests(model, tokenizer, recorded.get(0).milliseconds());
        recorded.stream().map(scale::of).forEach(requests::add);
        String name = "trace " + file.getFileName() + ", " + recorded.size()
                + (recorded.size() == 1 ? " request" : " requests") + scale.describe(recorded);
        return new Schedule(name, CompletionBody.PATH, new Arrivals.Recorded(scale.speedUp()), requests.planned);
    }

    /** Requests planned so far. */
    private final class Requests {

        private final String model;
        private final Tokenizer tokenizer;
        private final double startMillis;
        private final ExactLength lengths;
        private final Pieces pieces;
        private final SharedPrefixes prefixes = new SharedPrefixes();
        private final Map<Integer, Integer> documentOfBlock = new HashMap<>();
        private final Map<Integer, Integer> occurrences = new HashMap<>();
        private final List<PlannedRequest> planned = new ArrayList<>();

        Requests(String model, Tokenizer tokenizer, double startMillis) {
            this.model = model;
            this.tokenizer = tokenizer;
            this.startMillis = startMillis;
            this.lengths = new ExactLength(tokenizer);
            this.pieces = new Pieces(lengths, seed);
        }

        void add(TraceEntry entry) {
            int document = document(entry.hashIds());
            String prompt = prompt(entry);
            planned.add(new PlannedRequest(
                    planned.size(),
                    document,
                    occurrences.merge(document, 1, Integer::sum) - 1,
                    false,
                    start(entry),
                    entry.inputTokens(),
                    prefixes.add(tokenizer.tokenize(prompt)),
                    entry.outputTokens(),
                    new CompletionBody(model, entry.outputTokens()).of(prompt)));
        }

        private Duration start(TraceEntry entry) {
            return Duration.ofNanos(Math.round((entry.milliseconds() - startMillis) * 1e6 / scale.speedUp()));
        }

        /** That of an earlier request with the same block in the middle, and so with the same blocks before it. */
        private int document(List<Integer> blocks) {
            int known = documentOfBlock.getOrDefault(blocks.get((blocks.size() - 1) / 2), occurrences.size());
            blocks.forEach(block -> documentOfBlock.putIfAbsent(block, known));
            return known;
        }

        private String prompt(TraceEntry entry) {
            List<Integer> blocks = entry.hashIds();
            StringBuilder text = new StringBuilder();
            int last = blocks.size() - 1;
            for (int block = 0; block < last; block++) {
                text.append(pieces.piece(blocks.get(block), content(block, TraceEntry.BLOCK)));
            }
            String before = text.toString();
            int rest = content(last, entry.inputTokens() - last * TraceEntry.BLOCK);
            String whole = before + pieces.piece(blocks.get(last), rest);
            boolean exact = lengths.measure(whole).tokens() == entry.inputTokens();
            return exact
                    ? whole
                    : lengths.cut(pieces.words(before, blocks.get(last)), entry.inputTokens())
                            .text();
        }

        /** Special tokens stand in the first block. */
        private int content(int block, int tokens) {
            return block == 0 ? Math.max(1, tokens - pieces.special()) : tokens;
        }
    }
}
