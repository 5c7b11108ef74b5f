package dev.vllmjunit.lint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Variables that a file of commands has set so far. What it does not set stays written as a variable. */
final class ShellVariables {

    private static final Pattern ASSIGNMENT = Pattern.compile("([A-Za-z_]\\w*)=(.*)", Pattern.DOTALL);
    private static final Pattern EXPANSION = Pattern.compile("(\\w+)(?::?-(.*))?", Pattern.DOTALL);

    private final Map<String, Stated> values = new HashMap<>();
    private final Set<String> exported = new HashSet<>();

    /** Name and value of {@code NAME=VALUE}, which may be a word of any kind. */
    static Optional<Map.Entry<String, Stated>> assignment(Stated word) {
        Matcher assignment = ASSIGNMENT.matcher(word.text());
        return assignment.matches()
                ? Optional.of(Map.entry(assignment.group(1), new Stated(assignment.group(2), word.where())))
                : Optional.empty();
    }

    /** Sets a variable for this shell. */
    void set(String name, Stated value) {
        values.put(name, value);
    }

    /** Passes a variable on to the commands that follow. */
    void export(String name) {
        exported.add(name);
    }

    /** What commands get. */
    Map<String, Stated> exported() {
        return values.entrySet().stream()
                .filter(variable -> exported.contains(variable.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** The value of {@code NAME} or {@code NAME:-default}, or the expression itself. */
    String expand(String expression) {
        Matcher expansion = EXPANSION.matcher(expression);
        if (!expansion.matches()) {
            return "${" + expression + "}";
        }
        Stated value = values.get(expansion.group(1));
        String otherwise = expansion.group(2) == null ? "${" + expression + "}" : expansion.group(2);
        return value == null ? otherwise : value.text();
    }
}
