package dev.vllmjunit.engine.cost;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Times of one node fitted to measurements of a real one, instead of a roofline: a file that a calibration run writes and that
 * {@code embedded.calibration} of a profile names. <strong>They are modelled all the same</strong>: good for the model, the machine
 * and about the lengths that were measured. Every figure is in seconds and 0 or more. Immutable, thread-safe.
 *
 * @param measured what was measured, in words: hardware, versions, lengths
 * @param request what a node needs for a request beside its steps and transfers: HTTP, JSON and the way between its processes, less
 *     what the embedded node itself needs for them
 * @param prefillStep a step that computes prompt tokens
 * @param decodeStep a decode step; its unit is a token of KV cache that it reads
 * @param transfer a transfer between nodes, by byte
 * @param hostLoad a load from host memory, by byte
 * @param objectLoad a load from the object store, by byte
 * @param objectStore writing a chunk to the object store, by byte
 */
public record MeasuredCost(
        String measured,
        double request,
        Step prefillStep,
        Line decodeStep,
        Line transfer,
        Line hostLoad,
        Line objectLoad,
        Line objectStore)
        implements CostModel {

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    /** Checks the request's share. */
    public MeasuredCost {
        requireTime("request", request);
    }

    /**
     * {@code fixed + perUnit * units}.
     *
     * @param fixed seconds for however little
     * @param perUnit seconds for each unit
     */
    public record Line(double fixed, double perUnit) {

        /** Checks both. */
        public Line {
            requireTime("fixed", fixed);
            requireTime("perUnit", perUnit);
        }

        /** Seconds for so many units. */
        public double seconds(double units) {
            return fixed + perUnit * units;
        }
    }

    /**
     * {@code fixed + perToken * tokens + perPair * pairs}.
     *
     * @param fixed seconds of every step
     * @param perToken seconds for each token that is computed
     * @param perPair seconds for each pair of a computed token and a token that it attends to
     */
    public record Step(double fixed, double perToken, double perPair) {

        /** Checks all. */
        public Step {
            requireTime("fixed", fixed);
            requireTime("perToken", perToken);
            requireTime("perPair", perPair);
        }

        /** Seconds for so many tokens behind so many that are there. */
        public double seconds(int newTokens, int contextTokens) {
            return fixed + perToken * newTokens + perPair * pairs(newTokens, contextTokens);
        }

        /** Pairs of a computed token and one that it attends to; a token counts itself for half. */
        public static double pairs(int newTokens, int contextTokens) {
            return (double) newTokens * contextTokens + (double) newTokens * newTokens / 2;
        }
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the file cannot be read or holds something else, saying where and what
     */
    public static MeasuredCost read(Path file) {
        try {
            return YAML.readValue(Files.readAllBytes(file), MeasuredCost.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is no calibration: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the calibration " + file + " cannot be read: " + e, e);
        }
    }

    /**
     * Writes it as YAML.
     *
     * @throws UncheckedIOException if that fails
     */
    public void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            YAML.writeValue(file.toFile(), this);
        } catch (IOException e) {
            throw new UncheckedIOException("the calibration cannot be written to " + file, e);
        }
    }

    @Override
    public long requestNanos() {
        return nanos(request);
    }

    @Override
    public long prefillNanos(int newTokens, int contextTokens) {
        return newTokens == 0 ? 0 : nanos(prefillStep.seconds(newTokens, contextTokens));
    }

    @Override
    public long decodeStepNanos(int sequences, long contextTokens) {
        return sequences == 0 ? 0 : nanos(decodeStep.seconds(contextTokens));
    }

    @Override
    public long transferNanos(long bytes) {
        return bytes == 0 ? 0 : nanos(transfer.seconds(bytes));
    }

    @Override
    public long hostLoadNanos(long bytes) {
        return bytes == 0 ? 0 : nanos(hostLoad.seconds(bytes));
    }

    @Override
    public long objectLoadNanos(long bytes) {
        return bytes == 0 ? 0 : nanos(objectLoad.seconds(bytes));
    }

    @Override
    public long objectStoreNanos(long bytes) {
        return bytes == 0 ? 0 : nanos(objectStore.seconds(bytes));
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * 1e9);
    }

    private static void requireTime(String name, double seconds) {
        if (!(seconds >= 0) || Double.isInfinite(seconds)) {
            throw new IllegalArgumentException(name + " is " + seconds + " s; it must be 0 or more");
        }
    }
}
