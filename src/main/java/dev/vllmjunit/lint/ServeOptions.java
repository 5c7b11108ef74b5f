package dev.vllmjunit.lint;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Arguments of {@code vllm serve}: {@code --name value}, {@code --name=value}, {@code --flag}; {@code _} stands for {@code -} in a
 * name; the last one wins, as in vLLM.
 *
 * @param model what is served, as it is written
 * @param byName options by name, dashes included; a flag's value is empty
 */
record ServeOptions(Optional<Stated> model, Map<String, Stated> byName) {

    private static final Map<String, String> SHORT = Map.of("-tp", "--tensor-parallel-size");

    ServeOptions {
        byName = Map.copyOf(byName);
    }

    static ServeOptions of(List<Stated> words) {
        Map<String, Stated> byName = new HashMap<>();
        boolean positional = !words.isEmpty() && !isOption(words.get(0));
        for (int i = positional ? 1 : 0; i < words.size(); i++) {
            Stated word = words.get(i);
            int equals = word.text().indexOf('=');
            boolean valueFollows = equals < 0 && i + 1 < words.size() && !isOption(words.get(i + 1));
            String name = equals < 0 ? word.text() : word.text().substring(0, equals);
            String value = equals < 0 ? "" : word.text().substring(equals + 1);
            byName.put(longName(name), valueFollows ? words.get(++i) : new Stated(value, word.where()));
        }
        return new ServeOptions(
                positional ? Optional.of(words.get(0)) : Optional.ofNullable(byName.get("--model")), byName);
    }

    /** An option's value. */
    Optional<Stated> value(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    private static boolean isOption(Stated word) {
        return word.text().matches("--?[A-Za-z].*");
    }

    private static String longName(String name) {
        return SHORT.getOrDefault(name, name.replace('_', '-'));
    }
}
