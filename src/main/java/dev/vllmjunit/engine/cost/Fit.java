package dev.vllmjunit.engine.cost;

/**
 * The seven fitted parameters of the model. They minimise the sum of squared relative errors over the published
 * figures that {@code PublishedTableTest} marks as fitted, and shows that no neighbour fits better. Rates are bytes per second.
 *
 * @param utilisation share of the peak FLOP/s reached in prefill, by every accelerator
 * @param rocmExchange rate at which MI300X ranks exchange activations
 * @param gaudiExchange rate at which Gaudi 3 ranks exchange activations; stands for everything that further ranks do not speed up there
 * @param hostLink one pass through the host's memory, all ranks together; also the most that MI300X ranks load together
 * @param gaudiLink host memory to Gaudi 3 devices, all ranks together
 * @param rankLink host memory to one device
 * @param objectClient what the object store client of one rank reads
 */
record Fit(
        double utilisation,
        double rocmExchange,
        double gaudiExchange,
        double hostLink,
        double gaudiLink,
        double rankLink,
        double objectClient) {

    /** Fitted by coordinate descent to the figures marked for it, rounded to four digits. */
    static final Fit PUBLISHED = new Fit(0.2097, 153.1e9, 5.021e9, 26.14e9, 2.784e9, 13.96e9, 4.655e9);
}
