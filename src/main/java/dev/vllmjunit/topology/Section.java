package dev.vllmjunit.topology;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A mapping of a profile, read key by key; whatever is wrong is said with its place. */
final class Section {

    private final String path;
    private final Yaml.Mapping mapping;

    private Section(String path, Yaml.Mapping mapping) {
        this.path = path;
        this.mapping = mapping;
    }

    /** The mapping, if it has no other keys than those known; {@code path} is empty at the top. */
    static Section of(String path, Yaml.Mapping mapping, List<String> known) {
        Section section = new Section(path, mapping);
        mapping.entries().forEach((key, entry) -> {
            if (!known.contains(key)) {
                throw section.unknown(key, entry.keyAt(), known);
            }
        });
        return section;
    }

    /** The value of a key. */
    <T> Optional<T> value(String key, ValueType<T> type) {
        return mapping.value(key).map(value -> read(full(key), value, type));
    }

    /** The value of a key that must be there. */
    <T> T required(String key, ValueType<T> type) {
        return value(key, type).orElseThrow(() -> missing(key, type.allowed()));
    }

    /** The values of a list. */
    <T> List<T> values(String key, ValueType<T> type) {
        return items(key).stream().map(item -> read(full(key), item, type)).toList();
    }

    /** Texts by name, in order. */
    Map<String, String> texts(String key) {
        Map<String, String> texts = new LinkedHashMap<>();
        mapping.value(key).map(value -> mapping(full(key), value)).ifPresent(found -> found.entries()
                .forEach((name, entry) -> texts.put(name, text(full(key) + "." + name, entry))));
        return texts;
    }

    /** Takes a name, its value and the place of the name. */
    interface Entries<T> {
        void accept(String name, T value, Yaml.Place at);
    }

    /** Values by names that are free, in order. */
    <T> void forEach(String key, ValueType<T> type, Entries<T> taker) {
        mapping.value(key).map(value -> mapping(full(key), value)).ifPresent(found -> found.entries()
                .forEach((name, entry) ->
                        taker.accept(name, read(full(key) + "." + name, entry.value(), type), entry.keyAt())));
    }

    /** The mapping below a key. */
    Optional<Section> section(String key, List<String> known) {
        return mapping.value(key).map(value -> of(full(key), mapping(full(key), value), known));
    }

    /** The mapping below a key that must be there. */
    Section requiredSection(String key, List<String> known) {
        return section(key, known).orElseThrow(() -> missing(key, String.join(", ", known) + " below it"));
    }

    /** The mappings of a list. */
    List<Section> sections(String key, List<String> known) {
        return items(key).stream()
                .map(item -> of(full(key), mapping(full(key), item), known))
                .toList();
    }

    /** Sections by name, in order; names beside the {@code usual} ones are free unless they look like a slip. */
    Map<String, Section> namedSections(String key, List<String> usual, List<String> known) {
        Map<String, Section> sections = new LinkedHashMap<>();
        mapping.value(key)
                .map(value -> new Section(full(key), mapping(full(key), value)))
                .ifPresent(named -> named.mapping.entries().forEach((name, entry) -> {
                    named.refuseSlip(name, entry.keyAt(), usual);
                    named.section(name, known).ifPresent(section -> sections.put(name, section));
                }));
        return sections;
    }

    private void refuseSlip(String name, Yaml.Place at, List<String> usual) {
        if (!usual.contains(name) && Nearest.to(name, usual).isPresent()) {
            throw unknown(name, at, usual);
        }
    }

    /** An error about this section as a whole. */
    ProfileException error(String said) {
        return new ProfileException(mapping.at() + ": " + (path.isEmpty() ? "" : path + " ") + said);
    }

    private List<Yaml> items(String key) {
        return mapping.value(key)
                .map(value -> {
                    if (value instanceof Yaml.Items items) {
                        return items.items();
                    }
                    throw wrongKind(full(key), value, "a list");
                })
                .orElse(List.of());
    }

    private static Yaml.Mapping mapping(String path, Yaml value) {
        if (value instanceof Yaml.Mapping mapping) {
            return mapping;
        }
        throw wrongKind(path, value, "keys and values below it");
    }

    private static <T> T read(String path, Yaml value, ValueType<T> type) {
        if (value instanceof Yaml.Scalar scalar) {
            requireNoCredential(path, scalar);
            return type.read(scalar.text(), said -> new ProfileException(scalar.at() + ": " + path + " " + said));
        }
        throw wrongKind(path, value, type.allowed());
    }

    private static String text(String path, Yaml.Entry entry) {
        if (Masking.isSecretName(path.substring(path.lastIndexOf('.') + 1))) {
            throw credential(entry.keyAt(), path);
        }
        if (entry.value() instanceof Yaml.Nothing) {
            return "";
        }
        return read(path, entry.value(), new ValueType<>("a text", text -> text));
    }

    private static void requireNoCredential(String path, Yaml.Scalar scalar) {
        String text = scalar.text();
        boolean secretOption = text.startsWith("--") && Masking.isSecretName(text);
        if (secretOption || !Masking.patterns(text).equals(text)) {
            throw credential(scalar.at(), path);
        }
    }

    private ProfileException unknown(String key, Yaml.Place at, List<String> known) {
        return Masking.isSecretName(key)
                ? credential(at, full(key))
                : new ProfileException(at + ": unknown key " + full(key) + Nearest.question(key, known)
                        + " Known keys: " + String.join(", ", known));
    }

    private ProfileException missing(String key, String allowed) {
        return new ProfileException(mapping.at() + ": " + full(key) + " is missing; write " + allowed);
    }

    private static ProfileException wrongKind(String path, Yaml value, String allowed) {
        return new ProfileException(value.at() + ": " + path + " is " + value.kind() + "; write " + allowed);
    }

    private static ProfileException credential(Yaml.Place at, String path) {
        return new ProfileException(
                at + ": " + path + " holds a credential, and a profile is no place for one; remove it"
                        + " here and export it in the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, HF_TOKEN), or use"
                        + " the AWS default chain");
    }

    private String full(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
