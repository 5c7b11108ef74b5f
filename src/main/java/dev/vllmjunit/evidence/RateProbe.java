package dev.vllmjunit.evidence;

/**
 * One run of a search for the highest rate that meets an SLO.
 *
 * @param rate requests per second offered
 * @param requests sent
 * @param met requests within every bound
 * @param outcome what that says of the rate
 */
public record RateProbe(double rate, int requests, long met, Outcome outcome) {

    /** What a run says of its rate. */
    public enum Outcome {
        /** The share of requests within the bounds is as high as asked for, by its whole confidence interval. */
        MET,
        /** It is lower, by its whole confidence interval. */
        NOT_MET,
        /** Requests were left behind: more came than were answered, so that no latency of this run would last. */
        SATURATED,
        /** The confidence interval has the share in it that was asked for. */
        OPEN,
        /** The last request came before a typical one was answered: nothing is known of what this rate does in the long run. */
        TOO_SHORT;

        /** Whether the rate is known to be too high. */
        public boolean isTooHigh() {
            return this == NOT_MET || this == SATURATED;
        }
    }
}
