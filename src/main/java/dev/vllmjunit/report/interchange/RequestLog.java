package dev.vllmjunit.report.interchange;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.workload.Schedule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Every request of a run, a JSON object per line, in the format of {@code profile_export.jsonl} of AIPerf 0.13.0: its own readers
 * and plots read it. {@code metadata} says which request and when, in nanoseconds of the epoch ({@code credit_issued_ns} when it
 * was due, {@code request_start_ns}, {@code first_token_ns}, {@code request_end_ns}), as an ISO instant ({@code due_at}) and in
 * nanoseconds from the run's first intended start ({@code due_offset_ns}); {@code metrics} are values with units, see
 * {@link LoggedRequest}; {@code error} is null or has a {@code message}. A document is a {@code conversation_id}, and a request's
 * occurrence its {@code turn_index}. Immutable.
 *
 * @param requests by line
 */
public record RequestLog(List<LoggedRequest> requests) {

    /** Copies the list. */
    public RequestLog {
        requests = List.copyOf(requests);
    }

    /**
     * Of a run. Its stamps are monotonic; as instants they count from the run's start on the wall clock.
     *
     * @param schedule what was planned: occurrences, and prompt tokens where the server did not count them
     */
    public static RequestLog of(BenchmarkResult result, Schedule schedule) {
        return new RequestLog(new LogEntries(result, schedule).all());
    }

    /**
     * Reads a file that this project wrote, or AIPerf. Keys that are not known do not matter.
     *
     * @throws UncheckedIOException if it cannot be read
     * @throws IllegalArgumentException naming line and key if one that every line has is missing, or one is of another type
     */
    public static RequestLog read(Path file) {
        List<String> lines = lines(file);
        return new RequestLog(IntStream.range(0, lines.size())
                .filter(i -> !lines.get(i).isBlank())
                .mapToObj(
                        i -> LogLine.read(Fields.parse(file + ", line " + (i + 1), "a request as JSON", lines.get(i))))
                .toList());
    }

    /** A map per line, that JSON can be written from. */
    public List<Map<String, @Nullable Object>> json() {
        return requests.stream()
                .map(request -> LogLine.write(request, requests.get(0).due()))
                .toList();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the request log " + file, e);
        }
    }
}
