package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.engine.core.EmbeddedEngine;
import dev.vllmjunit.engine.core.EngineConfig;
import dev.vllmjunit.engine.http.ModelTokenizer;
import dev.vllmjunit.engine.http.NodeServer;
import dev.vllmjunit.engine.http.NodeServerConfig;
import dev.vllmjunit.engine.tier.CacheServer;
import dev.vllmjunit.engine.tier.KvCacheTier;
import dev.vllmjunit.http.ControlClient;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.StartedParts;
import dev.vllmjunit.topology.ModelSpec;
import dev.vllmjunit.topology.NodeRole;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.Profile.EmbeddedSettings;
import java.net.BindException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Starts one node: its engine, its HTTP surface, its log, and waits until it answers.
 *
 * @param request what is to run
 * @param spec which node of it
 * @param sideChannelPort pinned side channel port; empty for a free one
 * @param cacheServer the KV cache server behind prefill nodes
 * @param parts what the node becomes part of
 */
record NodeStart(
        ProvisionRequest request,
        NodeSpec spec,
        OptionalInt sideChannelPort,
        Optional<CacheServer> cacheServer,
        StartedParts parts) {

    private static final String HOST = "127.0.0.1";

    EmbeddedNode start() {
        NodeLog log = parts.add(spec.name() + "'s log", NodeLog.open(request.logDirectory(), spec.name()));
        return parts.add("node " + spec.name(), EmbeddedNode.start(this, log));
    }

    /**
     * One life of the node, ready.
     *
     * @param port where it is to listen; empty for a free one
     */
    Life live(NodeLog log, OptionalInt port) {
        EmbeddedEngine engine = engine();
        try {
            NodeServer server = server(engine, port);
            log.line("engine " + engine.engineId() + ", side channel on " + HOST + ":" + engine.sideChannelPort());
            log.line(NodeCost.describe(request, spec) + "; " + StackFacts.kvScale(request) + "; block size "
                    + spec.blockSize());
            return ready(new Life(engine, server), log);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private Life ready(Life life, NodeLog log) {
        try {
            log.line("version " + version(life.server.endpoint()) + " of " + model().id() + " answers at "
                    + life.server.endpoint());
            return life;
        } catch (RuntimeException e) {
            life.server.close();
            throw e;
        }
    }

    /** What ends and begins with each life of a node. */
    record Life(EmbeddedEngine engine, NodeServer server) implements AutoCloseable {

        void pause() {
            engine.pause();
            server.pause();
        }

        void resume() {
            server.resume();
            engine.resume();
        }

        @Override
        public void close() {
            server.close();
            engine.close();
        }
    }

    private EmbeddedEngine engine() {
        try {
            return EmbeddedEngine.start(engineConfig());
        } catch (RuntimeException e) {
            throw failed(e, sideChannelPort, "side channel port", "kvTransfer.sideChannelPort");
        }
    }

    private EngineConfig engineConfig() {
        EmbeddedSettings settings = request.profile().embedded();
        Optional<KvCacheTier> tier =
                spec.role() == NodeRole.PREFILL ? cacheServer.map(KvCacheTier.class::cast) : Optional.empty();
        return new EngineConfig(
                spec.name(),
                model(),
                new ModelTokenizer().outputVocabulary(),
                spec.blockSize(),
                settings.deviceCacheTokens(),
                settings.maxBatchedTokens(),
                settings.kvScale(),
                request.topology().kvTransfer().lease(),
                sideChannelPort,
                NodeCost.of(request, spec),
                tier);
    }

    private NodeServer server(EmbeddedEngine engine, OptionalInt port) {
        try {
            return NodeServer.start(new NodeServerConfig(spec.name(), model(), HOST, port), engine);
        } catch (RuntimeException e) {
            throw failed(e, port, "port", spec.role().label() + ".port");
        }
    }

    String version(URI endpoint) {
        ControlClient control = new ControlClient(request.startTimeout());
        try {
            control.getText(endpoint.resolve("/health"));
            List<String> served =
                    control.getJson(endpoint.resolve("/v1/models")).path("data").findValuesAsText("id");
            if (!served.contains(model().id())) {
                throw new ProvisionException(spec.name() + ": serves " + served + " instead of " + model().id());
            }
            return control.getJson(endpoint.resolve("/version")).path("version").asText();
        } catch (RuntimeException e) {
            throw new ProvisionException(spec.name() + ": does not get ready: " + e.getMessage(), e);
        }
    }

    private ModelSpec model() {
        return request.topology().model();
    }

    private ProvisionException failed(RuntimeException failure, OptionalInt port, String what, String setting) {
        if (port.isPresent() && isInUse(failure)) {
            return new ProvisionException(
                    spec.name() + ": " + what + " " + port.getAsInt() + " is in use; free it, or leave " + setting
                            + " out of the profile for a free one",
                    failure);
        }
        return new ProvisionException(spec.name() + ": " + failure.getMessage(), failure);
    }

    private static boolean isInUse(@Nullable Throwable failure) {
        if (failure instanceof BindException) {
            return String.valueOf(failure.getMessage()).contains("in use");
        }
        return failure != null && isInUse(failure.getCause());
    }
}
