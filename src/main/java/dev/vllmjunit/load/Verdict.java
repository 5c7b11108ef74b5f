package dev.vllmjunit.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vllmjunit.workload.PlannedRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides, after the run, whether a request was answered: finish reason and {@code [DONE]} seen, no error anywhere, exactly as
 * many tokens as asked for. HTTP 200 alone proves nothing.
 */
final class Verdict {

    private static final int UNKNOWN = -1;
    private static final int UNAUTHORIZED = 401;

    private final Exchange exchange;
    private final Answer answer;
    private final boolean streamed;
    private final JsonNode document;
    private final JsonNode usage;

    private Verdict(Exchange exchange) {
        this.exchange = exchange;
        this.answer = exchange.answer;
        ResponseHead head = answer.head();
        this.streamed = head == null || head.eventStream();
        this.document = ServerMessage.json(answer.document());
        this.usage = streamed ? ServerMessage.json(answer.usageEvent()).path("usage") : document.path("usage");
    }

    /** The record of a request; in a closed loop it was intended when it was sent. */
    static RequestRecord of(Exchange exchange, String url, boolean closedLoop) {
        return new Verdict(exchange).record(url, closedLoop);
    }

    /** The record of a request that was never sent. */
    static RequestRecord unsent(PlannedRequest planned, String requestId, long nanos, String why, String url) {
        return new RequestRecord(
                planned.index(),
                planned.documentId(),
                requestId,
                nanos,
                nanos,
                new long[0],
                nanos,
                0,
                UNKNOWN,
                "",
                Optional.empty(),
                Optional.of(Wording.at("not sent: " + why, url, Optional.empty())));
    }

    private RequestRecord record(String url, boolean closedLoop) {
        long sent = exchange.wasSent() ? exchange.sentNanos() : exchange.endNanos();
        long intended = closedLoop && exchange.wasSent() ? sent : exchange.dueNanos();
        ResponseHead head = answer.head();
        Optional<String> hop = head == null ? Optional.empty() : head.hop();
        return new RequestRecord(
                exchange.planned.index(),
                exchange.planned.documentId(),
                exchange.requestId,
                intended,
                sent,
                tokenNanos(),
                exchange.endNanos(),
                usage.path("completion_tokens").asInt(0),
                usage.path("prompt_tokens").asInt(UNKNOWN),
                text(),
                Optional.ofNullable(finishReason()),
                problem().map(what -> Wording.at(what, url, hop)));
    }

    /** An answer in one piece has its first token when it is there. */
    private long[] tokenNanos() {
        if (streamed) {
            return answer.output.arrivals();
        }
        return choice().isMissingNode() ? new long[0] : new long[] {exchange.endNanos()};
    }

    private String text() {
        JsonNode text = streamed ? ServerMessage.json(answer.output.quotedText()) : documentText();
        return text.asText("");
    }

    private JsonNode documentText() {
        return choice().has("text") ? choice().path("text") : choice().at("/message/content");
    }

    private @Nullable String finishReason() {
        return streamed ? answer.finishReason() : choice().path("finish_reason").textValue();
    }

    private JsonNode choice() {
        return document.at("/choices/0");
    }

    private Optional<String> problem() {
        return serverError()
                .or(() -> Optional.ofNullable(exchange.failure()))
                .or(this::incompleteness)
                .or(this::wrongCount);
    }

    private Optional<String> serverError() {
        if (answer.errorEvent().length > 0) {
            int events = answer.output.events();
            return Optional.of("error event in the stream after " + Wording.events(events) + ": "
                    + ServerMessage.of(answer.errorEvent()));
        }
        ResponseHead head = answer.head();
        if (head != null && !head.isSuccess()) {
            return Optional.of("HTTP " + head.status() + ": " + ServerMessage.of(answer.document())
                    + (head.status() == UNAUTHORIZED ? "; set or correct vllm.attach.token, the bearer token" : ""));
        }
        boolean errorDocument = !streamed && document.path("error").isObject();
        return errorDocument
                ? Optional.of("error in the answer: " + ServerMessage.of(answer.document()))
                : Optional.empty();
    }

    private Optional<String> incompleteness() {
        if (!streamed && choice().isMissingNode()) {
            return Optional.of("an answer without choices: " + ServerMessage.of(answer.document()));
        }
        if (streamed && !answer.isDone()) {
            return Optional.of("the stream ended without [DONE] after " + Wording.events(answer.output.events()));
        }
        if (finishReason() == null) {
            return Optional.of("no finish_reason came");
        }
        return Optional.empty();
    }

    private Optional<String> wrongCount() {
        int asked = exchange.planned.maxTokens();
        JsonNode came = usage.path("completion_tokens");
        if (!came.isInt()) {
            return Optional.of("no usage came, so that output tokens can't be counted");
        }
        if (came.intValue() != asked) {
            return Optional.of(came.intValue() + " output tokens came, but " + asked + " were asked for (finish_reason "
                    + finishReason() + ")");
        }
        return tokenNanos().length == 0 ? Optional.of("no event with output came") : Optional.empty();
    }
}
