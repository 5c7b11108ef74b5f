package dev.vllmjunit.evidence;

/**
 * Which of several repetitions a run belongs to.
 *
 * @param number from 1
 * @param of how many there will be, {@code number} or more
 */
public record Repetition(int number, int of) {

    /** Checks both. */
    public Repetition {
        if (number < 1 || of < number) {
            throw new IllegalArgumentException(
                    "there is no repetition " + number + " of " + of + "; they count from 1 to their number");
        }
    }

    /** Whether none comes after it. */
    public boolean isLast() {
        return number == of;
    }

    /** {@code repetition 2 of 5}. */
    public String describe() {
        return "repetition " + number + " of " + of;
    }
}
