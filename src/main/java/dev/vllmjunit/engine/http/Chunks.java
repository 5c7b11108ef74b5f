package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes the server-sent events of one call, {@code data: {…}\n\n}, field by field in vLLM's order. Written with a generator rather than
 * through a tree, because it happens once for every token, on the engine's thread.
 */
final class Chunks {

    /** What ends every stream, also one that failed. */
    static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8);

    private static final byte[] START = "data: ".getBytes(StandardCharsets.UTF_8);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.UTF_8);
    private static final int USUAL_SIZE = 384;

    private final GenerationCall call;

    Chunks(GenerationCall call) {
        this.call = call;
    }

    /** The chunk before a choice's first token. */
    byte[] opening(int index, @Nullable Usage usage) {
        return chunk(json -> {
            startChoices(json);
            json.writeStartObject();
            ChatShape.writeOpening(json, index);
            json.writeEndObject();
            json.writeEndArray();
            writeUsage(json, usage);
            writeIds(
                    json,
                    "prompt_token_ids",
                    call.tokenIds() ? call.requests().get(index).promptTokens() : null);
            json.writeNullField("prompt_text");
        });
    }

    /** One token's chunk; the last one of a choice carries the finish reason. */
    byte[] token(int index, Piece piece, @Nullable String finishReason, @Nullable Usage usage) {
        return chunk(json -> {
            startChoices(json);
            json.writeStartObject();
            call.shape().writeChoice(json, call, index, piece, finishReason);
            json.writeEndObject();
            json.writeEndArray();
            writeUsage(json, usage);
            if (finishReason != null && call.usage() == GenerationCall.StreamUsage.NONE) {
                json.writeStringField("system_fingerprint", EmbeddedVersion.FINGERPRINT);
            }
        });
    }

    /** The chunk behind all choices. */
    byte[] usage(Usage usage, int cachedTokens) {
        return chunk(json -> {
            startChoices(json);
            json.writeEndArray();
            json.writeObjectFieldStart("usage");
            usage.writeFinal(json, cachedTokens);
            json.writeEndObject();
            json.writeStringField("system_fingerprint", EmbeddedVersion.FINGERPRINT);
        });
    }

    /** What stands for the rest of a stream that failed. */
    static byte[] error(ApiError error) {
        byte[] json = error.json();
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + START.length + END.length);
        out.writeBytes(START);
        out.writeBytes(json);
        out.writeBytes(END);
        return out.toByteArray();
    }

    /** A list of token ids, or null. */
    static void writeIds(JsonGenerator json, String field, int @Nullable [] ids) throws IOException {
        if (ids == null) {
            json.writeNullField(field);
        } else {
            json.writeFieldName(field);
            json.writeArray(ids, 0, ids.length);
        }
    }

    private void startChoices(JsonGenerator json) throws IOException {
        json.writeStringField("id", call.id());
        json.writeStringField("object", call.shape().chunkObject());
        json.writeNumberField("created", call.created());
        json.writeStringField("model", call.model());
        json.writeArrayFieldStart("choices");
    }

    private static void writeUsage(JsonGenerator json, @Nullable Usage usage) throws IOException {
        if (usage != null) {
            json.writeObjectFieldStart("usage");
            usage.write(json);
            json.writeEndObject();
        }
    }

    private static byte[] chunk(Content content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_SIZE);
        out.writeBytes(START);
        try (JsonGenerator json = Json.MAPPER.getFactory().createGenerator(out)) {
            json.writeStartObject();
            content.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.writeBytes(END);
        return out.toByteArray();
    }

    @FunctionalInterface
    private interface Content {
        void write(JsonGenerator json) throws IOException;
    }
}
