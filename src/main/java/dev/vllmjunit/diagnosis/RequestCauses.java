package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.said;

import java.util.List;

/** Requests that are refused at once, with a message that says why. */
final class RequestCauses {

    static final List<Cause> ALL = List.of(
            cause(
                    "prompt-too-long",
                    "a prompt is longer than the model's context as it is served",
                    "HTTP 400 `This model's maximum context length is`",
                    "shorter documents, or a larger `--max-model-len`",
                    "This model's maximum context length is"),
            cause(
                    "model-unknown",
                    "requests name a model that the nodes do not serve",
                    "HTTP 404 `The model … does not exist`",
                    "one of the aliases of the message, in `vllm.model` or the profile",
                    "The model [`'].*[`'] does not exist"),
            cause(
                    "path-unknown",
                    "requests go to a path that is not there",
                    "HTTP 404 `Not Found`",
                    "check the URL: the router's or node's, without a path",
                    "HTTP 404: .*Not Found"),
            cause(
                    "no-chat-template",
                    "chat requests go to a base model, which has no chat template",
                    "HTTP 400 `default chat template is no longer allowed`",
                    "`/v1/completions`, an instruct model, or `--chat-template`",
                    "default chat template is no longer allowed"),
            cause(
                    "token-out-of-vocabulary",
                    "a prompt has token ids that the model does not know",
                    "HTTP 400 `is out of vocabulary`",
                    "make prompts with the tokenizer of the model that is served",
                    "Token id \\d+ is out of vocabulary"),
            cause(
                    "request-invalid",
                    "a parameter of the request is of the wrong kind",
                    "HTTP 400 `Bad Request`, `RequestValidationError`",
                    "correct the parameter that the message names",
                    "HTTP (?:400|422): .*(?:Bad Request|validation error|valid integer|RequestValidationError)"));

    private RequestCauses() {}

    private static Cause cause(String id, String what, String sign, String remedy, String message) {
        return new Cause(id, Area.REQUEST, Confidence.HIGH, what, sign, remedy, said(message));
    }
}
