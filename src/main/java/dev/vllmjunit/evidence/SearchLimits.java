package dev.vllmjunit.evidence;

/**
 * How far a search for the highest rate goes.
 *
 * @param firstRate requests per second of the first run, above 0
 * @param precision the search ends when the highest rate that met the SLO and the lowest that did not are apart by this factor or
 *     less; above 1, for instance 1.1 for 10 %
 * @param probes runs at most, 1 or more
 */
public record SearchLimits(double firstRate, double precision, int probes) {

    /** From 1 request per second, to 10 %, in at most 16 runs. */
    public static final SearchLimits STANDARD = new SearchLimits(1, 1.1, 16);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public SearchLimits {
        require(firstRate > 0 && Double.isFinite(firstRate), "firstRate", firstRate, "a finite number above 0");
        require(
                precision > 1 && Double.isFinite(precision),
                "precision",
                precision,
                "a factor above 1, for instance 1.1");
        require(probes >= 1, "probes", probes, "1 or more");
    }

    private static void require(boolean allowed, String name, Number given, String what) {
        if (!allowed) {
            throw new IllegalArgumentException(name + " is " + given + ", but must be " + what);
        }
    }
}
