package dev.vllmjunit.provision;

/** A provisioner's answer to whether it can run a topology. */
public sealed interface Suitability {

    /** It can. */
    record Able() implements Suitability {}

    /**
     * It cannot.
     *
     * @param reason what is missing and what would help, in one sentence
     */
    record Declined(String reason) implements Suitability {}

    /** It can. */
    static Suitability able() {
        return new Able();
    }

    /** It cannot, for this reason. */
    static Suitability declined(String reason) {
        return new Declined(reason);
    }
}
