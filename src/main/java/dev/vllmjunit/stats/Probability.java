package dev.vllmjunit.stats;

/** Checks of arguments. */
final class Probability {

    private Probability() {}

    static void require(String name, double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException(name + " is " + value + "; it must lie between 0 and 1, both excluded");
        }
    }
}
