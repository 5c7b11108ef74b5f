package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.List;

/** What a client has to see of a failed request. */
final class Failures {

    static final String ERROR_400 =
            "{\"error\":{\"message\":\"too long\",\"type\":\"BadRequestError\",\"param\":\"input_tokens\",\"code\":400}}";
    static final String ERROR_500 =
            "{\"error\":{\"message\":\"Internal server error\",\"type\":\"InternalServerError\",\"param\":null,\"code\":500}}";

    private Failures() {}

    /** A status, the hop in a header, and the error in vLLM's shape. */
    static void assertError(
            HttpResponse<String> response,
            Hop hop,
            int status,
            String type,
            String message,
            String param,
            String where) {
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"param\":" + param
                        + ",\"code\":" + status + ",\"hop\":\"" + hop.label() + "\"" + where + "}}");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(response.headers().firstValue(Headers.HOP)).hasValue(hop.label());
    }

    /** 200, what came from decode, an error event, and {@code [DONE]}. */
    static void assertEndsInError(
            HttpResponse<String> response,
            List<String> before,
            FakeNode decode,
            String type,
            int code,
            String what,
            String phase) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body())
                .isEqualTo(String.join("", before)
                        + "\n\ndata: {\"error\":{\"message\":\"Decode hop failed: node decode-0 at "
                        + decode.endpoint() + " " + what + "\",\"type\":\"" + type + "\",\"param\":null,\"code\":"
                        + code + ",\"hop\":\"decode\"" + at(decode, phase) + "}}\n\ndata: [DONE]\n\n");
    }

    /** Node, URL and phase in an error. */
    static String at(FakeNode node, String phase) {
        return ",\"node\":\"" + node.target().name() + "\",\"url\":\"" + node.endpoint() + "\",\"phase\":\"" + phase
                + "\"";
    }
}
