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
        double faster = scale.pace().factor(recorded);
        Requests requests = new Requests(model, tokenizer, recorded.get(0).milliseconds(), faster);
        recorded.stream().map(scale::of).forEach(requests::add);
        String name = "trace " + file.getFileName() + ", " + recorded.size()
                + (recorded.size() == 1 ? " request" : " requests") + scale.describe(recorded);
        return new Schedule(name, CompletionBody.PATH, new Arrivals.Recorded(faster), requests.planned);
    }

    /** Requests planned so far. */
    private final class Requests {

        private final String model;
        private final Tokenizer tokenizer;
        private final double startMillis;
        private final double faster;
        private final ExactLength lengths;
        private final Pieces pieces;
        private final SharedPrefixes prefixes = new SharedPrefixes();
        private final Map<Integer, Integer> documentOfBlock = new HashMap<>();
        private final Map<Integer, Integer> occurrences = new HashMap<>();
        private final List<PlannedRequest> planned = new ArrayList<>();

        Requests(String model, Tokenizer tokenizer, double startMillis, double faster) {
            this.model = model;
            this.tokenizer = tokenizer;
            this.startMillis = startMillis;
            this.faster = faster;
            this.lengths = new ExactLength(tokenizer);
            this.pieces = new Pieces(lengths, seed);
        }

        void add(TraceEntry entry) {
            int document = document(entry.hashIds());
            String before = beforeTheLast(entry);
            String prompt = before + last(entry);
            int[] tokens = tokenizer.tokenize(prompt);
            if (tokens.length != entry.inputTokens()) {
                prompt = cut(entry, before);
                tokens = tokenizer.tokenize(prompt);
            }
            planned.add(new PlannedRequest(
                    planned.size(),
                    document,
                    occurrences.merge(document, 1, Integer::sum) - 1,
                    false,
                    start(entry),
                    entry.inputTokens(),
                    prefixes.add(tokens),
                    entry.outputTokens(),
                    new CompletionBody(model, entry.outputTokens()).of(prompt)));
        }

        private Duration start(TraceEntry entry) {
            return Duration.ofNanos(Math.round((entry.milliseconds() - startMillis) * 1e6 / faster));
        }

        /** That of an earlier request with the same block in the middle, and so with the same blocks before it. */
        private int document(List<Integer> blocks) {
            int known = documentOfBlock.getOrDefault(blocks.get((blocks.size() - 1) / 2), occurrences.size());
            blocks.forEach(block -> documentOfBlock.putIfAbsent(block, known));
            return known;
        }

        /** All blocks but the last, which may be shorter. */
        private String beforeTheLast(TraceEntry entry) {
            StringBuilder text = new StringBuilder();
            for (int block = 0; block < entry.hashIds().size() - 1; block++) {
                text.append(pieces.piece(entry.hashIds().get(block), content(block, TraceEntry.BLOCK)));
            }
            return text.toString();
        }

        private String last(TraceEntry entry) {
            int last = entry.hashIds().size() - 1;
            int rest = content(last, entry.inputTokens() - last * TraceEntry.BLOCK);
            return pieces.piece(entry.hashIds().get(last), rest);
        }

        /** For a tokenizer by which the lengths of the blocks do not add up. */
        private String cut(TraceEntry entry, String before) {
            int last = entry.hashIds().get(entry.hashIds().size() - 1);
            return lengths.cut(pieces.words(before, last), entry.inputTokens()).text();
        }

        /** Special tokens stand in the first block. */
        private int content(int block, int tokens) {
            return block == 0 ? Math.max(1, tokens - pieces.special()) : tokens;
        }
    }
}
