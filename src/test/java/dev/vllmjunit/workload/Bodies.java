package dev.vllmjunit.workload;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads requests back. */
final class Bodies {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Bodies() {}

    static String prompt(PlannedRequest request) {
        try {
            return JSON.readTree(request.body()).path("prompt").textValue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
