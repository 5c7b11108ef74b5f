package dev.vllmjunit.workload;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * Which documents a workload asks about.
 *
 * @param count how many; of a folder all when empty
 * @param length exact length of each in tokens; files are used whole when empty
 * @param text what documents without a folder consist of
 * @param folder where documents are read from instead
 */
record DocumentSpec(OptionalInt count, OptionalInt length, DocumentText text, Optional<Path> folder) {

    static final int DEFAULT_COUNT = 10;
    static final int DEFAULT_LENGTH = 20_000;

    static final DocumentSpec DEFAULT =
            new DocumentSpec(OptionalInt.empty(), OptionalInt.empty(), DocumentText.PROSE, Optional.empty());

    /** How many are made when no folder says otherwise. */
    int generatedCount() {
        return count.orElse(DEFAULT_COUNT);
    }

    /** The length that a prompt without questions has, unless files are used whole. */
    OptionalInt exactLength() {
        return folder.isPresent() ? length : OptionalInt.of(length.orElse(DEFAULT_LENGTH));
    }

    List<Prompt> load(ExactLength lengths, long seed) {
        return folder.map(path -> new DocumentFolder(path, count, length).load(lengths))
                .orElseGet(() -> generate(lengths, seed));
    }

    private List<Prompt> generate(ExactLength lengths, long seed) {
        int tokens = length.orElse(DEFAULT_LENGTH);
        List<Prompt> documents = IntStream.range(0, generatedCount())
                .mapToObj(document -> lengths.cut(new WordText(text.words(document, seed)), tokens))
                .toList();
        requireDistinctStarts(documents);
        return documents;
    }

    /** Two documents with the same first block would share it in a prefix cache. */
    private static void requireDistinctStarts(List<Prompt> documents) {
        Map<Prompt.Start, Integer> seen = new HashMap<>();
        for (int document = 0; document < documents.size(); document++) {
            Integer other = seen.put(documents.get(document).start(), document);
            if (other != null) {
                throw new IllegalStateException("documents " + other + " and " + document + " start with the same "
                        + Prompt.BLOCK + " tokens by this tokenizer and would share a cache block; use another seed");
            }
        }
    }
}
