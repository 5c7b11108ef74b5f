package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code /v1/completions}. */
final class CompletionShape implements Shape {

    private static final long DEFAULT_TOKENS = 16;

    @Override
    public boolean chat() {
        return false;
    }

    @Override
    public String idPrefix() {
        return "cmpl-";
    }

    @Override
    public String wholeObject() {
        return "text_completion";
    }

    @Override
    public String chunkObject() {
        return "text_completion";
    }

    @Override
    public String maxTokensField(Fields body) {
        return "max_tokens";
    }

    @Override
    public OptionalLong maxTokens(Fields body) {
        return OptionalLong.of(body.integer("max_tokens").orElse(DEFAULT_TOKENS));
    }

    @Override
    public OptionalInt logprobs(Fields body) {
        return alternatives(body, "logprobs");
    }

    /** An integer of 0 or more, or -1 for all. */
    static OptionalInt alternatives(Fields body, String field) {
        Optional<JsonNode> value = body.value(field);
        value.filter(v -> !v.isNumber()).ifPresent(v -> {
            throw ApiError.badValue("`" + field + "` must be an integer.", field, v.asText())
                    .asException();
        });
        OptionalLong asked = body.integer(field);
        if (asked.orElse(0) < -1) {
            throw ApiError.badValue("`" + field + "` must be a positive value or -1.", field, asked.getAsLong())
                    .asException();
        }
        return asked.isPresent()
                ? OptionalInt.of((int) Math.min(asked.getAsLong(), Integer.MAX_VALUE))
                : OptionalInt.empty();
    }

    @Override
    public void writeChoice(
            JsonGenerator json, GenerationCall call, int index, Piece piece, @Nullable String finishReason)
            throws IOException {
        json.writeNumberField("index", index);
        json.writeStringField("text", piece.text());
        if (call.logprobs().isPresent()) {
            json.writePOJOField("logprobs", logprobs(piece.isEmpty() ? List.of() : List.of(piece)));
        } else {
            json.writeNullField("logprobs");
        }
        json.writeStringField("finish_reason", finishReason);
        json.writeNullField("stop_reason");
        boolean first = piece.offset() == 0;
        Chunks.writeIds(
                json,
                "prompt_token_ids",
                call.tokenIds() && first ? call.requests().get(index).promptTokens() : null);
        Chunks.writeIds(json, "token_ids", call.tokenIds() ? piece.tokens() : null);
    }

    @Override
    public ObjectNode choice(GenerationCall call, int index, Output output) {
        ObjectNode choice = Json.object().put("index", index).put("text", output.text());
        choice.set("logprobs", call.logprobs().isPresent() ? logprobs(output.pieces()) : null);
        choice.put("finish_reason", output.finishReason()).putNull("stop_reason");
        choice.set("token_ids", call.tokenIds() ? Json.MAPPER.valueToTree(output.tokens()) : null);
        choice.putNull("prompt_logprobs");
        choice.set(
                "prompt_token_ids",
                call.tokenIds()
                        ? Json.MAPPER.valueToTree(call.requests().get(index).promptTokens())
                        : null);
        return choice.putNull("routed_experts");
    }

    @Override
    public void complete(ObjectNode answer, GenerationCall call, @Nullable ObjectNode kvTransfer) {
        answer.set("kv_transfer_params", kvTransfer);
    }

    /** The embedded engine knows the probability of the token it took, and of no other. */
    private static ObjectNode logprobs(List<Piece> pieces) {
        ObjectNode node = Json.object();
        var offsets = node.putArray("text_offset");
        var values = node.putArray("token_logprobs");
        var tokens = node.putArray("tokens");
        var top = node.putArray("top_logprobs");
        for (Piece piece : pieces) {
            offsets.add(piece.offset());
            values.add(piece.logprob());
            tokens.add(piece.text());
            top.addObject().put(piece.text(), piece.logprob());
        }
        return node;
    }
}
