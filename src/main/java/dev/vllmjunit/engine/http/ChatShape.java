package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** {@code /v1/chat/completions}. */
final class ChatShape implements Shape {

    private static final String ROLE = "assistant";

    @Override
    public boolean chat() {
        return true;
    }

    @Override
    public String idPrefix() {
        return "chatcmpl-";
    }

    @Override
    public String wholeObject() {
        return "chat.completion";
    }

    @Override
    public String chunkObject() {
        return "chat.completion.chunk";
    }

    @Override
    public String maxTokensField(Fields body) {
        return body.value("max_completion_tokens").isPresent() ? "max_completion_tokens" : "max_tokens";
    }

    @Override
    public OptionalLong maxTokens(Fields body) {
        return body.integer(maxTokensField(body));
    }

    @Override
    public OptionalInt logprobs(Fields body) {
        OptionalInt top = CompletionShape.alternatives(body, "top_logprobs");
        boolean wanted = body.flag("logprobs");
        if (!wanted && top.orElse(0) != 0) {
            throw ApiError.badField("when using `top_logprobs`, `logprobs` must be set to true.", "top_logprobs")
                    .asException();
        }
        return wanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
    }

    /** The chunk before the first token's says who speaks. */
    static void writeOpening(JsonGenerator json, int index) throws IOException {
        json.writeNumberField("index", index);
        json.writeObjectFieldStart("delta");
        json.writeStringField("role", ROLE);
        json.writeStringField("content", "");
        json.writeEndObject();
        json.writeNullField("logprobs");
        json.writeNullField("finish_reason");
    }

    @Override
    public void writeChoice(
            JsonGenerator json, GenerationCall call, int index, Piece piece, @Nullable String finishReason)
            throws IOException {
        json.writeNumberField("index", index);
        json.writeObjectFieldStart("delta");
        json.writeStringField("content", piece.text());
        json.writeEndObject();
        if (call.logprobs().isPresent()) {
            json.writePOJOField("logprobs", logprobs(call, piece.isEmpty() ? List.of() : List.of(piece)));
        } else {
            json.writeNullField("logprobs");
        }
        json.writeStringField("finish_reason", finishReason);
        if (finishReason != null) {
            json.writeNullField("stop_reason");
        }
        Chunks.writeIds(json, "token_ids", call.tokenIds() ? piece.tokens() : null);
    }

    @Override
    public ObjectNode choice(GenerationCall call, int index, Output output) {
        ObjectNode choice = Json.object().put("index", index);
        choice.putObject("message")
                .put("role", ROLE)
                .put("content", output.text())
                .putNull("refusal")
                .putNull("annotations")
                .putNull("audio")
                .putNull("function_call")
                .putNull("reasoning");
        choice.set("logprobs", call.logprobs().isPresent() ? logprobs(call, output.pieces()) : null);
        choice.put("finish_reason", output.finishReason()).putNull("stop_reason");
        choice.set("token_ids", call.tokenIds() ? Json.MAPPER.valueToTree(output.tokens()) : null);
        return choice.putNull("routed_experts");
    }

    @Override
    public void complete(ObjectNode answer, GenerationCall call, @Nullable ObjectNode kvTransfer) {
        answer.putNull("prompt_logprobs");
        answer.set(
                "prompt_token_ids",
                call.tokenIds() ? Json.MAPPER.valueToTree(call.requests().get(0).promptTokens()) : null);
        answer.putNull("prompt_text");
        answer.set("kv_transfer_params", kvTransfer);
    }

    /** The embedded engine knows the probability of the token it took, and of no other. */
    private static ObjectNode logprobs(GenerationCall call, List<Piece> pieces) {
        boolean alternatives = call.logprobs().orElse(0) != 0;
        ObjectNode node = Json.object();
        var content = node.putArray("content");
        for (Piece piece : pieces) {
            ObjectNode token = token(piece);
            var top = token.putArray("top_logprobs");
            if (alternatives) {
                top.add(token(piece));
            }
            content.add(token);
        }
        return node;
    }

    private static ObjectNode token(Piece piece) {
        ObjectNode token = Json.object().put("token", piece.text()).put("logprob", piece.logprob());
        var bytes = token.putArray("bytes");
        for (byte b : piece.text().getBytes(StandardCharsets.UTF_8)) {
            bytes.add(b & 0xff);
        }
        return token;
    }
}
