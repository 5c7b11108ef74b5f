package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.topology.ModelSpec;
import java.util.Arrays;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServerRequest;

/** {@code /tokenize} and {@code /detokenize}. */
final class TokenizeEndpoints {

    private final ModelSpec model;
    private final CallReader reader;
    private final ModelTokenizer tokenizer;
    private final Scheduler readers;

    TokenizeEndpoints(ModelSpec model, CallReader reader, ModelTokenizer tokenizer, Scheduler readers) {
        this.model = model;
        this.reader = reader;
        this.tokenizer = tokenizer;
        this.readers = readers;
    }

    Mono<Reply> tokenize(HttpServerRequest request) {
        return answer(request, this::tokenize);
    }

    Mono<Reply> detokenize(HttpServerRequest request) {
        return answer(request, this::detokenize);
    }

    private Mono<Reply> answer(HttpServerRequest request, Function<Fields, JsonNode> endpoint) {
        return JsonBody.of(request)
                .publishOn(readers)
                .map(body -> Reply.json(endpoint.apply(Fields.ofBody(body.parse()))));
    }

    private JsonNode tokenize(Fields body) {
        int[] tokens = tokenizer.encode(text(body));
        reader.requireModel(body);
        ObjectNode answer = Json.object().put("count", tokens.length).put("max_model_len", model.maxModelLength());
        answer.set("tokens", Json.MAPPER.valueToTree(tokens));
        answer.set("token_strs", body.flag("return_token_strs") ? strings(tokens) : null);
        return answer;
    }

    private static String text(Fields body) {
        if (body.value("prompt").isEmpty() && body.value("messages").isPresent()) {
            return ChatTemplate.render(body);
        }
        JsonNode prompt = body.node().path("prompt");
        if (!prompt.isTextual()) {
            Violation noPrompt = prompt.isMissingNode()
                    ? Violation.missing(body.pathOf("prompt"), body.node())
                    : Violation.of("string_type", body.pathOf("prompt"), "Input should be a valid string", prompt);
            throw Violation.error(noPrompt, Violation.missing(body.pathOf("messages"), body.node()))
                    .asException();
        }
        return prompt.textValue();
    }

    private JsonNode strings(int[] tokens) {
        var strings = Json.MAPPER.createArrayNode();
        for (int token : tokens) {
            strings.add(tokenizer.decode(token));
        }
        return strings;
    }

    private JsonNode detokenize(Fields body) {
        JsonNode list = body.value("tokens").orElseThrow(() -> Violation.missing(body.pathOf("tokens"), body.node())
                .error()
                .asException());
        if (!list.isArray()) {
            throw Violation.of("list_type", body.pathOf("tokens"), "Input should be a valid list", list)
                    .error()
                    .asException();
        }
        int[] tokens = Prompts.ids(list, body.pathOf("tokens"));
        reader.requireModel(body);
        int[] known = Arrays.stream(tokens).filter(tokenizer::knows).toArray();
        return Json.object().put("prompt", tokenizer.decode(known));
    }
}
