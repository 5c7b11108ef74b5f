package dev.vllmjunit.lint;

import java.nio.file.Path;
import java.util.List;

/** Commands that the lint's tests look at. */
final class Commands {

    private static final Path DIRECTORY = Path.of("src/test/resources/dev/vllmjunit/lint");

    private Commands() {}

    /** Rule and line of each finding. */
    static List<String> findingsIn(String file) {
        return Linter.lint(CommandFile.read(List.of(DIRECTORY.resolve(file)))).stream()
                .map(finding -> finding.rule().id() + " " + finding.where().replaceFirst(".*:", ""))
                .toList();
    }

    /** Line and words of what one rule finds. */
    static List<String> findings(String rule, String commands) {
        return Linter.lint(CommandFile.parse("file", commands)).stream()
                .filter(finding -> finding.rule().id().equals(rule))
                .map(finding -> finding.where() + ": " + finding.what())
                .toList();
    }
}
