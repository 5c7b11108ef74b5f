package dev.vllmjunit.topology;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A YAML document whose every part knows where it is written. */
sealed interface Yaml {

    /** Where it begins. */
    Place at();

    /** In words, for messages. */
    String kind();

    /** File, line and column, both from 1. */
    record Place(String file, int line, int column) {
        @Override
        public String toString() {
            return file + ":" + line + ":" + column;
        }
    }

    /** A single value as it is written, without its quotes. */
    record Scalar(Place at, String text) implements Yaml {
        @Override
        public String kind() {
            return "\"" + Masking.patterns(text) + "\"";
        }
    }

    /** A key without a value: as good as no key. */
    record Nothing(Place at) implements Yaml {
        @Override
        public String kind() {
            return "nothing";
        }
    }

    /** A list. */
    record Items(Place at, List<Yaml> items) implements Yaml {
        @Override
        public String kind() {
            return "a list";
        }
    }

    /** Keys and values in the order in which they are written. */
    record Mapping(Place at, Map<String, Entry> entries) implements Yaml {
        @Override
        public String kind() {
            return "a mapping of keys to values";
        }

        /** The value of a key, unless it has none. */
        Optional<Yaml> value(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value).filter(value -> !(value instanceof Nothing));
        }

        /** This mapping's entries, and {@code base}'s where this one has none; mappings below them likewise. */
        Mapping over(Mapping base) {
            Map<String, Entry> merged = new LinkedHashMap<>(base.entries);
            entries.forEach((key, entry) -> merged.merge(key, entry, (below, above) -> above.over(below)));
            return new Mapping(at, merged);
        }
    }

    /** A key's place and its value. */
    record Entry(Place keyAt, Yaml value) {
        private Entry over(Entry base) {
            return value instanceof Mapping above && base.value instanceof Mapping below
                    ? new Entry(keyAt, above.over(below))
                    : this;
        }
    }
}
