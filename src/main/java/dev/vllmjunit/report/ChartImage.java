package dev.vllmjunit.report;

/** A drawn chart: the name of its file without an ending, its title as drawn, and the image. */
final class ChartImage {

    private final String name;
    private final String title;
    private final byte[] png;

    ChartImage(String name, String title, byte[] png) {
        this.name = name;
        this.title = title;
        this.png = png;
    }

    String name() {
        return name;
    }

    String title() {
        return title;
    }

    byte[] png() {
        return png;
    }
}
