package dev.vllmjunit.workload;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** In which order the copies of all documents are asked, named as vLLM's long-document benchmark names them. */
public enum RepeatMode {
    /** All copies, shuffled once with the workload's seed. */
    RANDOM,
    /** Round after round: 1, 2, 3, 1, 2, 3. */
    TILE,
    /** Document after document: 1, 1, 2, 2, 3, 3. */
    INTERLEAVE;

    /** In lower case, for names and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The document of each position of one pattern: {@code documents * rounds} positions. */
    List<Integer> pattern(int documents, int rounds, long seed) {
        List<Integer> tiles = IntStream.range(0, documents * rounds)
                .map(position -> this == INTERLEAVE ? position / rounds : position % documents)
                .boxed()
                .toList();
        return this == RANDOM ? shuffled(tiles, seed) : tiles;
    }

    private static List<Integer> shuffled(List<Integer> positions, long seed) {
        List<Integer> copies = new ArrayList<>(positions);
        Collections.shuffle(copies, new Random(seed));
        return copies;
    }
}
