package dev.vllmjunit.diagnosis;

import org.apache.commons.text.WordUtils;

/**
 * What a diagnosis rests on.
 *
 * @param where part and line number, part and counter, or what else said it
 * @param what it says, at most about 300 characters
 */
public record Evidence(String where, String what) {

    private static final int LONGEST = 300;
    private static final int HEAD = 100;
    private static final int BEHIND = 20;

    /** Shortens the text. */
    public Evidence {
        what = WordUtils.abbreviate(what.strip(), LONGEST, LONGEST + 20, "…");
    }

    /** Of a long text its begin, and what ends there. */
    static Evidence until(String where, String text, int end) {
        int last = Math.min(text.length(), end + BEHIND);
        return new Evidence(
                where,
                last <= LONGEST
                        ? text
                        : text.substring(0, HEAD) + " … "
                                + text.substring(last - (LONGEST - HEAD - " … ".length()), last));
    }

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
