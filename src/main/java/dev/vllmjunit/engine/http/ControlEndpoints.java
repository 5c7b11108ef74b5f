package dev.vllmjunit.engine.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.vllmjunit.engine.core.Engine;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.time.Instant;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.http.server.HttpServerRequest;

/** What is asked about a node and told to it, apart from requests. */
final class ControlEndpoints {

    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final NodeServerConfig config;
    private final Engine engine;
    private final Scheduler readers;
    private final long created = Instant.now().getEpochSecond();
    private final String permission = "modelperm-" + Ids.random();

    ControlEndpoints(NodeServerConfig config, Engine engine, Scheduler readers) {
        this.config = config;
        this.engine = engine;
        this.readers = readers;
    }

    Mono<Reply> health(HttpServerRequest request) {
        return Mono.just(Reply.empty(engine.healthy() ? 200 : 503));
    }

    Mono<Reply> version(HttpServerRequest request) {
        return Mono.just(Reply.json(Json.object().put("version", EmbeddedVersion.VERSION)));
    }

    Mono<Reply> metrics(HttpServerRequest request) {
        return Mono.fromCallable(() -> Reply.text(METRICS, engine.scrape())).subscribeOn(readers);
    }

    Mono<Reply> models(HttpServerRequest request) {
        ObjectNode answer = Json.object().put("object", "list");
        ObjectNode card = answer.putArray("data")
                .addObject()
                .put("id", config.model().id())
                .put("object", "model")
                .put("created", created)
                .put("owned_by", "vllm")
                .put("root", config.model().id())
                .putNull("parent")
                .put("max_model_len", config.model().maxModelLength());
        card.putArray("permission").add(permission());
        return Mono.just(Reply.json(answer));
    }

    /**
     * Drops the prefix cache. {@code reset_running_requests} is read and has no effect: the embedded engine does not preempt, so the
     * reset fails while requests run.
     */
    Mono<Reply> resetPrefixCache(HttpServerRequest request) {
        QueryStringDecoder query = new QueryStringDecoder(request.uri());
        return Mono.fromCallable(() -> {
                    queryFlag(query, "reset_running_requests");
                    boolean success = engine.resetPrefixCache(queryFlag(query, "reset_external"));
                    return Reply.json(Json.object().put("success", success));
                })
                .subscribeOn(readers);
    }

    Mono<Reply> serverInfo(HttpServerRequest request) {
        ObjectNode answer = Json.object();
        answer.set(
                "vllm_config", TextNode.valueOf("embedded model of vLLM " + EmbeddedVersion.VERSION + ", " + config));
        answer.putObject("vllm_env");
        answer.putObject("system_env")
                .put("java_version", Runtime.version().toString())
                .put("os", System.getProperty("os.name"))
                .put("cpu_cores", Runtime.getRuntime().availableProcessors());
        return Mono.just(Reply.json(answer));
    }

    private static boolean queryFlag(QueryStringDecoder query, String name) {
        List<String> values = query.parameters().getOrDefault(name, List.of("false"));
        return Fields.ofQuery(Json.object().put(name, values.get(values.size() - 1)))
                .flag(name);
    }

    private ObjectNode permission() {
        return Json.object()
                .put("id", permission)
                .put("object", "model_permission")
                .put("created", created)
                .put("allow_create_engine", false)
                .put("allow_sampling", true)
                .put("allow_logprobs", true)
                .put("allow_search_indices", false)
                .put("allow_view", true)
                .put("allow_fine_tuning", false)
                .put("organization", "*")
                .putNull("group")
                .put("is_blocking", false);
    }
}
