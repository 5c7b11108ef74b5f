package dev.vllmjunit.router;

import java.time.Duration;

/** The deadlines of one request's hops, and what is said when one is missed or a connection breaks. */
record HopErrors(RouterConfig config, ClientRequest client, Exchange exchange) {

    static final String ANSWER = "answer";
    static final String STREAM = "stream";

    private static final String FIRST_TOKEN = "first-token";
    private static final Duration LONGEST = Duration.ofDays(1);

    RoutingException prefillLate() {
        return RoutingException.late(
                Hop.PREFILL,
                exchange.prefill(),
                ANSWER,
                "did not answer",
                config.prefillDeadline(),
                "prefill deadline");
    }

    /** Nothing came from decode at all. */
    RoutingException decodeLate() {
        return client.streams()
                ? firstTokenLate()
                : decodeLate(
                        ANSWER,
                        "did not answer",
                        decodeDeadline(),
                        "first-token deadline and the idle deadline for each of " + client.maxTokens() + " tokens");
    }

    RoutingException firstTokenLate() {
        return decodeLate(FIRST_TOKEN, "sent no first token", config.firstTokenDeadline(), "first-token deadline");
    }

    RoutingException streamIdle() {
        return decodeLate(STREAM, "sent nothing more", config.idleDeadline(), "idle deadline");
    }

    private RoutingException decodeLate(String phase, String what, Duration deadline, String name) {
        return RoutingException.late(Hop.DECODE, exchange.decode(), phase, what, deadline, name);
    }

    RoutingException streamCut() {
        String what = "ended its stream without data: [DONE]; the output is cut.";
        return RoutingException.badAnswer(Hop.DECODE, exchange.decode(), STREAM, what, null);
    }

    RoutingException prefillBroken(Throwable cause) {
        return cause instanceof RoutingException known
                ? known
                : RoutingException.broken(Hop.PREFILL, exchange.prefill(), ANSWER, cause);
    }

    RoutingException decodeBroken(String phase, Throwable cause) {
        return cause instanceof RoutingException known
                ? known
                : RoutingException.broken(Hop.DECODE, exchange.decode(), phase, cause);
    }

    /** Longest wait for what decode sends first: the beginning of a stream, or an answer in one piece. */
    Duration decodeDeadline() {
        if (client.streams()) {
            return config.firstTokenDeadline();
        }
        Duration limit = config.firstTokenDeadline().plus(config.idleDeadline().multipliedBy(client.maxTokens()));
        return limit.compareTo(LONGEST) > 0 ? LONGEST : limit;
    }
}
