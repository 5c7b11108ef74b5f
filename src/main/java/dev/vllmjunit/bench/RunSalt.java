package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What a run may add to the cache keys of all its prompts, so that no cache holds any of them: vLLM's request field
 * {@code cache_salt}, which goes into the keys of its prefix cache and of LMCache. Immutable.
 *
 * @param value empty for a run that sends its requests as they are planned
 */
record RunSalt(Optional<String> value) {

    private static final String FIELD = "cache_salt";
    private static final ObjectMapper JSON = new ObjectMapper();

    static RunSalt none() {
        return new RunSalt(Optional.empty());
    }

    /** One that nobody has used. */
    static RunSalt fresh() {
        return new RunSalt(Optional.of("run-" + UUID.randomUUID()));
    }

    /** The schedule as it is sent; requests that share a body still do. */
    Schedule on(Schedule schedule) {
        if (value.isEmpty()) {
            return schedule;
        }
        Map<byte[], byte[]> salted = new IdentityHashMap<>();
        return new Schedule(
                schedule.name(),
                schedule.path(),
                schedule.arrivals(),
                schedule.requests().stream()
                        .map(request -> with(request, salted.computeIfAbsent(request.body(), this::on)))
                        .toList());
    }

    /** A request's body as it is sent; bodies with different salts of their own stay apart. */
    byte[] on(byte[] body) {
        return value.map(salt -> put(salt, body)).orElse(body);
    }

    private static byte[] put(String salt, byte[] body) {
        try {
            ObjectNode request = (ObjectNode) JSON.readTree(body);
            String own = request.path(FIELD).asText("");
            return JSON.writeValueAsBytes(request.put(FIELD, own.isEmpty() ? salt : both(salt, own)));
        } catch (IOException e) {
            throw new UncheckedIOException("a planned request is no JSON object", e);
        }
    }

    /** As long as one: vLLM takes 128 characters at most. */
    private static String both(String salt, String own) {
        return "run-" + UUID.nameUUIDFromBytes((salt + own).getBytes(UTF_8));
    }

    private static PlannedRequest with(PlannedRequest planned, byte[] body) {
        return new PlannedRequest(
                planned.index(),
                planned.documentId(),
                planned.occurrence(),
                planned.forcedMiss(),
                planned.intendedStart(),
                planned.promptTokens(),
                planned.sharedTokens(),
                planned.maxTokens(),
                body);
    }
}
