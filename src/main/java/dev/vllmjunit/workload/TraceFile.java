package dev.vllmjunit.workload;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Reads the lines of a trace in Mooncake's format. Errors name file and line. */
final class TraceFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private int line;

    TraceFile(Path file) {
        this.file = file;
    }

    /** The first so many entries, or all when there are fewer; one or more. */
    List<TraceEntry> read(int most) {
        List<TraceEntry> entries = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String text = reader.readLine(); text != null && entries.size() < most; text = reader.readLine()) {
                line++;
                if (!text.isBlank()) {
                    add(entries, text);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("trace " + file + " can't be read as UTF-8 text: " + e, e);
        }
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("trace " + file + " has no request; give a file with one JSON object a"
                    + " line, with timestamp, input_length, output_length and hash_ids");
        }
        return entries;
    }

    private void add(List<TraceEntry> entries, String text) {
        try {
            TraceEntry entry = entry(JSON.readTree(text));
            if (!entries.isEmpty()
                    && entry.milliseconds() < entries.get(entries.size() - 1).milliseconds()) {
                throw new IllegalArgumentException("timestamp " + entry.milliseconds() + " is earlier than the one"
                        + " before; sort the lines by timestamp");
            }
            entries.add(entry);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(at() + "no JSON: " + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(at() + e.getMessage(), e);
        }
    }

    private String at() {
        return "trace " + file + ", line " + line + ": ";
    }

    private static TraceEntry entry(JsonNode node) {
        JsonNode time = node.path("timestamp");
        if (!time.isNumber()) {
            throw new IllegalArgumentException(
                    "timestamp is " + shown(time) + ", but must be a number of milliseconds");
        }
        JsonNode ids = node.path("hash_ids");
        if (!ids.isArray()) {
            throw new IllegalArgumentException("hash_ids is " + shown(ids) + ", but must be a list of whole numbers");
        }
        return new TraceEntry(
                time.doubleValue(),
                whole("input_length", node.path("input_length")),
                whole("output_length", node.path("output_length")),
                StreamSupport.stream(ids.spliterator(), false)
                        .map(id -> whole("an id in hash_ids", id))
                        .toList());
    }

    private static int whole(String name, JsonNode value) {
        if (!value.isInt() || value.intValue() < 0) {
            throw new IllegalArgumentException(
                    name + " is " + shown(value) + ", but must be a whole number from 0 to " + Integer.MAX_VALUE);
        }
        return value.intValue();
    }

    private static String shown(JsonNode value) {
        return value.isMissingNode() ? "missing" : value.toString();
    }
}
