package dev.vllmjunit.preflight;

/**
 * A line of the table.
 *
 * @param id what was looked at
 * @param where on which host, node or link
 * @param finding what was found there
 */
public record Row(CheckId id, String where, Finding finding) {}
