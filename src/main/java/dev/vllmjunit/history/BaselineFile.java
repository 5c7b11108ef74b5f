package dev.vllmjunit.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The file with a fingerprint's acceptances, oldest first: a new one is a block more at its end, for a diff to show. */
record BaselineFile(Archive archive, String folder) {

    static final String NAME = "baseline.yaml";

    private static final String HEAD =
            "# Accepted baselines, the last one in force. Written by dev.vllmjunit.AcceptBaseline.\n";
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .disable(YAMLGenerator.Feature.SPLIT_LINES)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
            .build();

    /**
     * The acceptance in force.
     *
     * @throws IllegalStateException if the file is damaged: without it nobody knows what was accepted
     */
    Optional<Acceptance> inForce() {
        List<Acceptance> all = all();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    void append(Fingerprint fingerprint, Acceptance acceptance) {
        List<Acceptance> all = new ArrayList<>(all());
        all.add(acceptance);
        try {
            archive.write(folder, NAME, HEAD + YAML.writeValueAsString(new Acceptance.Log(fingerprint.parts(), all)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an acceptance cannot be written as YAML", e);
        }
    }

    private List<Acceptance> all() {
        return archive.read(folder, NAME).map(this::parse).orElse(List.of());
    }

    private List<Acceptance> parse(String text) {
        try {
            return YAML.readValue(text, Acceptance.Log.class).accepted();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(
                    archive.locate(folder, NAME) + " is damaged (" + e.getOriginalMessage()
                            + "); restore it, or delete it to compare with all results again",
                    e);
        }
    }
}
