package dev.vllmjunit.router;

import dev.vllmjunit.router.Upstream.Answer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** The two hops of one request. Cancelling its result closes the connection of the hop that is under way. */
final class PrefillThenDecode {

    private final HopErrors errors;
    private final Upstream upstream;
    private final ClientRequest client;
    private final Exchange exchange;
    private final HttpHeaders headers;
    private final HttpServerResponse response;
    private final EventLoop loop;

    PrefillThenDecode(
            RouterConfig config,
            Upstream upstream,
            ClientRequest client,
            Exchange exchange,
            HttpServerRequest request,
            HttpServerResponse response,
            EventLoop loop) {
        this.errors = new HopErrors(config, client, exchange);
        this.upstream = upstream;
        this.client = client;
        this.exchange = exchange;
        this.headers = request.requestHeaders().copy().set(Headers.REQUEST_ID, exchange.requestId());
        this.response = response;
        this.loop = loop;
    }

    /** Fails with a {@link RoutingException} while the client can still get it as a status. */
    Mono<Void> run() {
        return prefill().flatMap(answer -> answer.succeeded() ? decode(answer) : passOnError(Hop.PREFILL, answer));
    }

    private Mono<Answer> prefill() {
        Watchdog deadline = new Watchdog(loop, after(errors.config().prefillDeadline()), errors::prefillLate);
        return Upstream.answer(upstream.request(
                        exchange.prefill(),
                        HttpMethod.POST,
                        client.path(),
                        headers,
                        client.forPrefill(),
                        exchange::prefillSent))
                .doOnNext(answer -> exchange.prefillAnswered())
                .takeUntilOther(deadline.expiry())
                .onErrorMap(errors::prefillBroken);
    }

    private Mono<Void> decode(Answer prefillAnswer) {
        TransferOffer offer = TransferOffer.read(
                prefillAnswer.body(),
                exchange.prefill(),
                exchange.decode(),
                errors.config().sideChannels());
        exchange.offered(offer);
        long firstBy = after(errors.decodeDeadline());
        Watchdog deadline = new Watchdog(loop, firstBy, errors::decodeLate);
        return upstream.request(
                        exchange.decode(),
                        HttpMethod.POST,
                        client.path(),
                        headers,
                        client.forDecode(offer.params()),
                        exchange::decodeSent)
                .response((answer, chunks) ->
                        isStream(answer) ? stream(answer, chunks, deadline, firstBy) : whole(answer, chunks, deadline))
                .takeUntilOther(deadline.expiry())
                .onErrorMap(error -> errors.decodeBroken(HopErrors.ANSWER, error))
                .then();
    }

    private Publisher<Void> stream(HttpClientResponse answer, ByteBufFlux chunks, Watchdog untilHeaders, long firstBy) {
        untilHeaders.stop();
        Headers.passOn(answer.responseHeaders(), response.responseHeaders());
        response.responseHeaders().set(Headers.REQUEST_ID, exchange.requestId());
        response.status(answer.status());
        return response.send(new DecodeStream(exchange, errors, loop, firstBy).passOn(chunks), chunk -> true);
    }

    private Publisher<Void> whole(HttpClientResponse answer, ByteBufFlux chunks, Watchdog deadline) {
        return Upstream.complete(answer, chunks.aggregate()).flatMap(complete -> {
            deadline.stop();
            return complete.succeeded() ? passOnWhole(complete) : passOnError(Hop.DECODE, complete);
        });
    }

    private Mono<Void> passOnWhole(Answer answer) {
        long now = System.nanoTime();
        exchange.firstToken(now);
        exchange.lastToken(now);
        exchange.end(null);
        return Replies.passOn(response, answer, exchange.requestId());
    }

    private Mono<Void> passOnError(Hop hop, Answer answer) {
        exchange.end(hop);
        response.header(Headers.HOP, hop.label());
        return Replies.passOn(response, answer, exchange.requestId());
    }

    private static boolean isStream(HttpClientResponse answer) {
        String type = answer.responseHeaders().get("Content-Type", "");
        return type.startsWith("text/event-stream");
    }

    private static long after(Duration deadline) {
        return System.nanoTime() + deadline.toNanos();
    }
}
