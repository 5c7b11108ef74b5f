package dev.vllmjunit.engine.http;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** Ranges of a generating call's figures, with vLLM's messages. */
final class Limits {

    private static final int MOST_LOGPROBS = 20;

    private Limits() {}

    /**
     * How many tokens are generated: what is asked for, or the room that the prompt leaves if that is less, as vLLM does.
     *
     * @param field what it was asked for with
     * @param longest the model's maximum length, prompt and output
     */
    static int outputTokens(String field, OptionalLong asked, int promptTokens, int longest) {
        if (asked.orElse(1) > longest) {
            throw ApiError.badValue(
                            field + "=" + asked.getAsLong() + " cannot be greater than max_model_len=" + longest
                                    + ". Please request fewer output tokens.",
                            field,
                            asked.getAsLong())
                    .asException();
        }
        if (promptTokens > longest) {
            throw ApiError.badValue(
                            "This model's maximum context length is " + longest
                                    + " tokens. However, your prompt contains "
                                    + promptTokens
                                    + " input tokens, which exceeds this limit even without any output tokens. Please"
                                    + " reduce the length of the input prompt.",
                            "input_tokens",
                            promptTokens)
                    .asException();
        }
        long room = (long) longest - promptTokens;
        long tokens = Math.min(asked.orElse(room), room);
        if (tokens < 1) {
            throw ApiError.badValue("max_tokens must be at least 1, got " + tokens + ".", "max_tokens", tokens)
                    .asException();
        }
        return (int) tokens;
    }

    /** Refuses a least number of output tokens that is out of range or above the most. */
    static void checkLeastTokens(Fields body, int most) {
        long least = body.integer("min_tokens").orElse(0);
        if (least < 0) {
            throw ApiError.badRequest("min_tokens must be greater than or equal to 0, got " + least + ".")
                    .asException();
        }
        if (least > most) {
            throw ApiError.badRequest(
                            "min_tokens must be less than or equal to max_tokens=" + most + ", got " + least + ".")
                    .asException();
        }
    }

    /** Refuses more log probabilities than vLLM's {@code --max-logprobs} allows by default. */
    static OptionalInt requireAllowed(OptionalInt logprobs) {
        int asked = logprobs.orElse(0) == -1 ? ModelTokenizer.VOCABULARY_SIZE : logprobs.orElse(0);
        if (asked > MOST_LOGPROBS) {
            throw ApiError.badValue(
                            "Requested sample logprobs of " + asked + ", which is greater than max allowed: "
                                    + MOST_LOGPROBS,
                            "logprobs",
                            asked)
                    .asException();
        }
        return logprobs;
    }

    /** Checks what the embedded model accepts and has no use for: its output is a function of the KV cache alone. */
    static void checkSampling(Fields body) {
        body.integer("seed");
        double temperature = body.number("temperature").orElse(1);
        if (!(temperature >= 0)) {
            throw ApiError.badValue(
                            "temperature must be non-negative, got " + temperature + ".", "temperature", temperature)
                    .asException();
        }
        if (temperature > 2) {
            throw ApiError.badValue(
                            "temperature must be in [0, 2], got " + temperature + ".", "temperature", temperature)
                    .asException();
        }
        double topP = body.number("top_p").orElse(1);
        if (!(topP > 0 && topP <= 1)) {
            throw ApiError.badValue("top_p must be in (0, 1], got " + topP + ".", "top_p", topP)
                    .asException();
        }
    }
}
