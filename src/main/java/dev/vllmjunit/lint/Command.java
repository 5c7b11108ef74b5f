package dev.vllmjunit.lint;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One simple command of a shell.
 *
 * @param words name and arguments, at least one
 * @param environment exported variables, and those set for this command alone
 * @param pipeline the same number for commands joined by {@code |}
 */
record Command(List<Stated> words, Map<String, Stated> environment, int pipeline) {

    Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    String where() {
        return words.get(0).where();
    }

    String text() {
        return words.stream().map(Stated::text).collect(Collectors.joining(" "));
    }
}
