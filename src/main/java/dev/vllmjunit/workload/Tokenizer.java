package dev.vllmjunit.workload;

/** The serving node's tokenizer, so that lengths in tokens are exact. */
@FunctionalInterface
public interface Tokenizer {

    /** Token ids of a prompt as the node counts them, special tokens included. */
    int[] tokenize(String prompt);
}
