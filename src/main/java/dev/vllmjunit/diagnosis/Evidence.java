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

    /** Shortens the text. */
    public Evidence {
        what = WordUtils.abbreviate(what.strip(), LONGEST, LONGEST + 20, "…");
    }

    @Override
    public String toString() {
        return where + ": " + what;
    }
}
