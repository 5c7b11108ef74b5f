package dev.vllmjunit.router;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCounted;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;

/**
 * An event stream on its way from decode to the client: each chunk as it came, stamped and watched; whatever goes wrong becomes
 * an error event at its end, as vLLM sends one.
 */
final class DecodeStream {

    private final Exchange exchange;
    private final HopErrors errors;
    private final SseScanner scanner = new SseScanner();
    private final Watchdog watchdog;
    private final long idleNanos;
    private boolean output;

    DecodeStream(Exchange exchange, HopErrors errors, EventLoop loop, long firstTokenByNanos) {
        this.exchange = exchange;
        this.errors = errors;
        this.idleNanos = errors.config().idleDeadline().toNanos();
        this.watchdog = new Watchdog(loop, firstTokenByNanos, this::late);
    }

    Flux<ByteBuf> passOn(ByteBufFlux chunks) {
        return chunks.retain()
                .doOnNext(this::observe)
                .takeUntilOther(watchdog.expiry())
                .concatWith(Mono.defer(this::complete))
                .onErrorResume(this::errorEvent)
                .doOnDiscard(ByteBuf.class, ReferenceCounted::release);
    }

    private void observe(ByteBuf chunk) {
        long now = System.nanoTime();
        scanner.scan(chunk);
        if (!output && scanner.output()) {
            output = true;
            exchange.firstToken(now);
        }
        if (output) {
            watchdog.move(now + idleNanos);
        }
        exchange.lastToken(now);
        if (scanner.done()) {
            exchange.end(scanner.error() ? Hop.DECODE : null);
        }
    }

    private Mono<ByteBuf> complete() {
        if (scanner.error()) {
            exchange.end(Hop.DECODE);
        }
        if (scanner.done() || scanner.error()) {
            return Mono.empty();
        }
        return Mono.error(errors.streamCut());
    }

    private Mono<ByteBuf> errorEvent(Throwable cause) {
        exchange.end(Hop.DECODE);
        if (scanner.done() || scanner.error()) {
            return Mono.empty();
        }
        return Mono.just(errors.decodeBroken(HopErrors.STREAM, cause).events());
    }

    private RoutingException late() {
        return output ? errors.streamIdle() : errors.firstTokenLate();
    }
}
