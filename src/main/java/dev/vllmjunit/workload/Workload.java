package dev.vllmjunit.workload;

/** Something to measure with: decides all requests before the first is sent. Immutable. */
public interface Workload {

    /**
     * The schedule for one model. The same workload, model and tokenizer give the same schedule, byte for byte.
     *
     * @param model the model id that requests name
     * @param tokenizer the serving node's
     */
    Schedule plan(String model, Tokenizer tokenizer);
}
