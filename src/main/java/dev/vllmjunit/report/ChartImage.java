package dev.vllmjunit.report;

/**
 * A drawn chart.
 *
 * @param name file name without its ending
 * @param title as drawn
 * @param png the image
 */
record ChartImage(String name, String title, byte[] png) {}
