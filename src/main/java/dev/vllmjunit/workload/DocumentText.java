package dev.vllmjunit.workload;

import java.util.Iterator;
import java.util.stream.Stream;

/** What documents that are not read from files consist of. */
public enum DocumentText {
    /** Sentences of common English words, drawn with the workload's seed. */
    PROSE {
        @Override
        Iterator<String> words(int document, long seed) {
            return new Prose(document, seed);
        }
    },
    /** The text of vLLM's long-document script: the document's number, then {@code hi} again and again. No seed is used. */
    VLLM_SCRIPT {
        @Override
        Iterator<String> words(int document, long seed) {
            return Stream.concat(Stream.of(document + "hi"), Stream.generate(() -> " hi"))
                    .iterator();
        }
    };

    /** The words of a document without end, each with the space before it. */
    abstract Iterator<String> words(int document, long seed);
}
