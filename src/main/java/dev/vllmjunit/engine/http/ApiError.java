package dev.vllmjunit.engine.http;

import org.jspecify.annotations.Nullable;

/**
 * An error as vLLM puts it on the wire: {@code {"error":{"message","type","param","code"}}}.
 *
 * @param message what is wrong
 * @param type vLLM's error class, or the status's phrase for errors of the framework below it
 * @param param the field it is about
 * @param code the HTTP status
 */
record ApiError(String message, String type, @Nullable String param, int code) {

    private static final String BAD_REQUEST = "BadRequestError";
    private static final String DEAD_ENGINE =
            "EngineCore encountered an issue. See stack trace (above) for the root cause.";

    /** A request that makes no sense, without naming a field. */
    static ApiError badRequest(String message) {
        return new ApiError(message, BAD_REQUEST, null, 400);
    }

    /** A field that vLLM's own checks refuse; the message gets vLLM's {@code (parameter=…)}. */
    static ApiError badField(String message, String field) {
        return new ApiError(message + " (parameter=" + field + ")", BAD_REQUEST, field, 400);
    }

    /** A field's value that vLLM's own checks refuse; the message gets vLLM's {@code (parameter=…, value=…)}. */
    static ApiError badValue(String message, String field, Object value) {
        return new ApiError(message + " (parameter=" + field + ", value=" + value + ")", BAD_REQUEST, field, 400);
    }

    /** A model that is not served here. */
    static ApiError unknownModel(String asked, String served) {
        return new ApiError(
                "The model `" + asked + "` does not exist. Valid aliases: " + served + ".",
                "NotFoundError",
                "model",
                404);
    }

    /** A body longer than the server takes. */
    static ApiError tooLarge(long limit) {
        return new ApiError(
                "The request body is longer than " + limit + " bytes; send a shorter prompt.",
                "Request Entity Too Large",
                null,
                413);
    }

    /** More requests wait to be read than the server takes. */
    static ApiError overloaded() {
        return new ApiError(
                "Too many requests wait to be tokenised; retry later.", "ServiceUnavailableError", null, 503);
    }

    /** Generation failed. */
    static ApiError internal(String message) {
        return new ApiError(message, "InternalServerError", null, 500);
    }

    /** The engine is gone. */
    static ApiError engineDead() {
        return internal(DEAD_ENGINE);
    }

    /** Whole JSON body. */
    byte[] json() {
        return Json.bytes(Json.object().set("error", Json.MAPPER.valueToTree(this)));
    }

    ApiException asException() {
        return new ApiException(this);
    }
}
