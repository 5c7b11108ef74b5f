package dev.vllmjunit.diagnosis;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What one part logged in the time that is looked at.
 *
 * @param name the part's, for instance {@code prefill-0}
 * @param part its kind
 * @param lines in the order of the log
 */
public record PartLog(String name, Part part, List<Line> lines) {

    /**
     * A line of a log.
     *
     * @param number in the file, from 1
     * @param text without line end, colours and credentials
     */
    public record Line(long number, String text) {}

    /** Copies the lines. */
    public PartLog {
        lines = List.copyOf(lines);
    }

    /** What is left without such lines. */
    public PartLog without(Predicate<Line> lines) {
        return new PartLog(
                name, part, this.lines.stream().filter(lines.negate()).toList());
    }

    Evidence evidence(Line line) {
        return new Evidence(name + ":" + line.number(), line.text());
    }

    /** The lines that match somewhere; long ones show the end of what matches. */
    Stream<Evidence> matching(Pattern pattern) {
        return lines.stream().flatMap(line -> pattern.matcher(line.text())
                .results()
                .limit(1)
                .map(found -> Evidence.until(name + ":" + line.number(), line.text(), found.end())));
    }
}
