package dev.vllmjunit.history;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Somebody's word that a level is as it should be. The figures are there for people to read: what a result is compared with are the
 * results since.
 *
 * @param at when it was given
 * @param by who gave it
 * @param reason why
 * @param since start of the first result on the accepted level
 * @param results how many there were
 * @param figures what the level is and was, in words, by the measure's name
 */
record Acceptance(Instant at, String by, String reason, Instant since, int results, Map<String, String> figures) {

    /** Every acceptance of a fingerprint. */
    record Log(Map<String, String> fingerprint, List<Acceptance> accepted) {}
}
