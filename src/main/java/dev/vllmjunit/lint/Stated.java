package dev.vllmjunit.lint;

/**
 * A text and where somebody wrote it.
 *
 * @param text as a shell or a profile's reader understands it, without quotes
 * @param where {@code FILE:LINE}, or {@code profile NAME: KEY}
 */
record Stated(String text, String where) {}
