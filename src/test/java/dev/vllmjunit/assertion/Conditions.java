package dev.vllmjunit.assertion;

/** The last line of messages about the results that the tests build. */
final class Conditions {

    static final String UNDER = "\n  measured under: 10 documents x 20000 tokens, 3 rounds, random, %s, embedded"
            + " stack (times modelled), 1P1D, ROCM to GAUDI, S3 cache in bucket nixl";
    static final String COLD = String.format(UNDER, "EMPTY");
    static final String WARM = String.format(UNDER, "S3_ONLY");

    private Conditions() {}
}
