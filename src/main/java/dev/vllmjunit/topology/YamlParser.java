package dev.vllmjunit.topology;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads one YAML document into a tree with places. */
final class YamlParser {

    private static final YAMLFactory YAML = new YAMLFactory();

    private final String file;
    private final YAMLParser parser;

    private YamlParser(String file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /**
     * The document's top mapping; an empty document is an empty one.
     *
     * @throws ProfileException if the text is not YAML, holds a key twice, or holds something else at the top
     */
    static Yaml.Mapping parse(String file, String text) {
        try (YAMLParser parser = YAML.createParser(text)) {
            return new YamlParser(file, parser).document();
        } catch (JsonProcessingException malformed) {
            throw new ProfileException(
                    place(file, malformed.getLocation()) + ": this is not YAML: " + problem(malformed), malformed);
        } catch (IOException unreadable) {
            throw new ProfileException(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }

    private Yaml.Mapping document() throws IOException {
        if (parser.nextToken() == null) {
            return new Yaml.Mapping(new Yaml.Place(file, 1, 1), Map.of());
        }
        Yaml top = value();
        if (top instanceof Yaml.Mapping mapping) {
            return mapping;
        }
        throw new ProfileException(
                top.at() + ": the profile is " + top.kind() + "; write keys and values, for instance model: …");
    }

    private Yaml value() throws IOException {
        Yaml.Place at = place(file, parser.currentTokenLocation());
        if (parser.isCurrentAlias()) {
            throw new ProfileException(at + ": an alias (*name) is written here; write the value itself");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(at);
            case START_ARRAY -> items(at);
            case VALUE_NULL -> new Yaml.Nothing(at);
            default -> new Yaml.Scalar(at, parser.getText());
        };
    }

    private Yaml.Items items(Yaml.Place at) throws IOException {
        List<Yaml> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value());
        }
        return new Yaml.Items(at, items);
    }

    private Yaml.Mapping mapping(Yaml.Place at) throws IOException {
        Map<String, Yaml.Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Yaml.Place keyAt = place(file, parser.currentTokenLocation());
            parser.nextToken();
            Yaml.Entry earlier = entries.put(key, new Yaml.Entry(keyAt, value()));
            if (earlier != null) {
                throw new ProfileException(keyAt + ": key " + key + " is written twice, first in line "
                        + earlier.keyAt().line() + "; keep one of them");
            }
        }
        return new Yaml.Mapping(at, entries);
    }

    private static Yaml.Place place(String file, JsonLocation location) {
        return new Yaml.Place(file, location.getLineNr(), location.getColumnNr());
    }

    /** The parser's words without its excerpt of the text, which is indented. */
    private static String problem(JsonProcessingException malformed) {
        return malformed
                .getOriginalMessage()
                .lines()
                .filter(line -> !line.startsWith(" "))
                .collect(Collectors.joining(", "));
    }
}
