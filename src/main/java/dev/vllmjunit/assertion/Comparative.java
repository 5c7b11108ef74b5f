package dev.vllmjunit.assertion;

/** The words for being better. */
enum Comparative {
    /** Of times: less is better. */
    FASTER("faster", "fast", true),
    /** Of rates: more is better. */
    HIGHER("higher", "high", false);

    private final String word;
    private final String positive;
    private final boolean lessIsBetter;

    Comparative(String word, String positive, boolean lessIsBetter) {
        this.word = word;
        this.positive = positive;
        this.lessIsBetter = lessIsBetter;
    }

    String word() {
        return word;
    }

    /** As in {@code 4 times as fast}. */
    String positive() {
        return positive;
    }

    boolean lessIsBetter() {
        return lessIsBetter;
    }
}
