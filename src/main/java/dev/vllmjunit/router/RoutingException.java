package dev.vllmjunit.router;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.router.RouterConfig.Target;
import dev.vllmjunit.tls.TlsFailure;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ConnectTimeoutException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.client.PrematureCloseException;

/** An error that the client gets in vLLM's shape, with the hop, the node and the phase beside vLLM's four keys. */
final class RoutingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Hop hop;
    private final int status;
    private final String what;
    private final transient ObjectNode body;

    private RoutingException(Hop hop, int status, String type, String message, String what, @Nullable String param) {
        super(message, null, false, false);
        this.hop = hop;
        this.status = status;
        this.what = what;
        this.body = JsonObjectBytes.JSON.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", type)
                .put("param", param)
                .put("code", status)
                .put("hop", hop.label());
    }

    /** The client's request cannot be routed. */
    static RoutingException refused(String message, @Nullable String param) {
        return new RoutingException(Hop.ROUTER, 400, "BadRequestError", message, message, param);
    }

    /** The router itself failed. */
    static RoutingException internal(Throwable cause) {
        String message = "The router failed: " + cause;
        return new RoutingException(Hop.ROUTER, 500, "InternalServerError", message, message, null);
    }

    /** A node answered what must not be passed on. */
    static RoutingException badAnswer(Hop hop, Target node, String phase, String what, @Nullable String param) {
        return at(hop, node, phase, 502, "BadGatewayError", what, param);
    }

    /** A node did not do in time what is said. */
    static RoutingException late(Hop hop, Target node, String phase, String what, Duration deadline, String name) {
        String message = what + " within " + deadline.toMillis() + " ms (" + name + ").";
        return at(hop, node, phase, 504, "GatewayTimeoutError", message, null);
    }

    /** The connection to a node could not be made, or broke. */
    static RoutingException broken(Hop hop, Target node, String phase, Throwable cause) {
        boolean connecting = cause instanceof ConnectException || cause instanceof UnknownHostException;
        return at(hop, node, connecting ? "connect" : phase, 502, "BadGatewayError", reason(cause), null);
    }

    private static RoutingException at(
            Hop hop, Target node, String phase, int status, String type, String what, @Nullable String param) {
        String message = hop.title() + " hop failed: node " + node.name() + " at " + node.url() + " " + what;
        RoutingException error = new RoutingException(hop, status, type, message, what, param);
        ((ObjectNode) error.body.get("error"))
                .put("node", node.name())
                .put("url", node.url())
                .put("phase", phase);
        return error;
    }

    private static String reason(Throwable cause) {
        if (cause instanceof ConnectTimeoutException) {
            return "did not accept a connection within " + Upstream.CONNECT_MILLIS
                    + " ms (connect deadline); check that it runs and that the network lets the router through.";
        }
        if (cause instanceof ConnectException) {
            return "refused the connection; check that it runs and that the URL is right.";
        }
        if (cause instanceof UnknownHostException) {
            return "has a host name that does not resolve; check the URL.";
        }
        if (cause instanceof PrematureCloseException || Upstream.isReset(cause)) {
            return "closed the connection before its answer was complete; look at its log for a crash.";
        }
        return TlsFailure.explain(cause)
                .map(why -> "failed the TLS handshake: " + why + ".")
                .orElseGet(() -> "failed: " + cause);
    }

    Hop hop() {
        return hop;
    }

    /** What happened, without hop and node. */
    String what() {
        return what;
    }

    int status() {
        return status;
    }

    /** The error as a JSON body. */
    byte[] json() {
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The error as the end of an event stream, as vLLM ends one; the first blank line ends an event that was cut. */
    ByteBuf events() {
        return Unpooled.copiedBuffer("\n\ndata: " + body + "\n\ndata: [DONE]\n\n", StandardCharsets.UTF_8);
    }
}
