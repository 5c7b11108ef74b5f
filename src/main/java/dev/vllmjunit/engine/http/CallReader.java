package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.engine.core.GenerationRequest;
import dev.vllmjunit.engine.http.GenerationCall.StreamUsage;
import dev.vllmjunit.topology.ModelSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads and checks the body of a generating call, in vLLM's order: schema, model, prompt, limits. */
final class CallReader {

    private static final int LONGEST_SALT = 128;

    private final ModelSpec model;
    private final ModelTokenizer tokenizer;
    private final Prompts prompts;

    CallReader(ModelSpec model, ModelTokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.prompts = new Prompts(tokenizer);
    }

    /**
     * The call that a body makes.
     *
     * @param header {@code X-Request-Id}, if it was sent
     * @throws ApiException if there is something wrong with it
     */
    GenerationCall read(Shape shape, JsonNode json, Optional<String> header) {
        Fields body = Fields.ofBody(json);
        boolean stream = body.flag("stream");
        StreamUsage usage = usage(body, stream);
        OptionalInt logprobs = shape.logprobs(body);
        Limits.checkSampling(body);
        Optional<String> salt = salt(body);
        Unsupported.refuse(body);
        requireModel(body);
        String id = shape.idPrefix() + header.or(() -> body.text("request_id")).orElseGet(Ids::random);
        return new GenerationCall(
                shape,
                id,
                Instant.now().getEpochSecond(),
                model.id(),
                requests(shape, body, id, salt),
                stream,
                usage,
                body.flag("return_token_ids"),
                Limits.requireAllowed(logprobs));
    }

    void requireModel(Fields body) {
        body.text("model")
                .filter(asked -> !asked.isEmpty() && !asked.equals(model.id()))
                .ifPresent(asked -> {
                    throw ApiError.unknownModel(asked, model.id()).asException();
                });
    }

    private List<GenerationRequest> requests(Shape shape, Fields body, String id, Optional<String> salt) {
        OptionalLong asked = shape.maxTokens(body);
        List<int[]> all = shape.chat() ? List.of(tokenizer.encode(ChatTemplate.render(body))) : prompts.read(body);
        KvTransfer transfer = transfer(body, all);
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            int most =
                    Limits.outputTokens(shape.maxTokensField(body), asked, all.get(i).length, model.maxModelLength());
            Limits.checkLeastTokens(body, most);
            requests.add(new GenerationRequest(
                    Ids.internal(shape.chat() ? id : id + "-" + i),
                    all.get(i),
                    most,
                    body.flag("ignore_eos"),
                    salt,
                    transfer.remoteDecode(),
                    transfer.remote()));
        }
        return requests;
    }

    private static KvTransfer transfer(Fields body, List<int[]> prompts) {
        KvTransfer transfer = KvTransfer.read(body, prompts.get(0).length);
        if (prompts.size() > 1 && (transfer.remoteDecode() || transfer.remote().isPresent())) {
            throw ApiError.badField(
                            "prompt holds " + prompts.size()
                                    + " prompts, but kv_transfer_params speaks of the blocks of one; send one request"
                                    + " for each prompt",
                            "prompt")
                    .asException();
        }
        return transfer;
    }

    private static StreamUsage usage(Fields body, boolean stream) {
        Optional<Fields> options = body.fields("stream_options");
        if (options.isPresent() && !stream) {
            throw ApiError.badField("Stream options can only be defined when `stream=True`.", "stream_options")
                    .asException();
        }
        if (!options.map(o -> o.flag("include_usage")).orElse(false)) {
            return StreamUsage.NONE;
        }
        return options.get().flag("continuous_usage_stats") ? StreamUsage.EACH : StreamUsage.LAST;
    }

    private static Optional<String> salt(Fields body) {
        return body.value("cache_salt").map(value -> {
            if (!value.isTextual() || value.textValue().isEmpty()) {
                throw ApiError.badField("Parameter 'cache_salt' must be a non-empty string if provided.", "cache_salt")
                        .asException();
            }
            String salt = value.textValue();
            if (salt.length() > LONGEST_SALT || salt.chars().anyMatch(c -> "@/\\\0".indexOf(c) >= 0)) {
                throw ApiError.badField(
                                "Parameter 'cache_salt' must be at most 128 characters and must not contain '@', '/',"
                                        + " '\\\\', or NUL.",
                                "cache_salt")
                        .asException();
            }
            return salt;
        });
    }
}
