package dev.vllmjunit.router;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCounted;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;

/**
 * An event stream on its way from decode to the client: each chunk as it came, stamped and watched; whatever goes wrong becomes
 * an error event at its end, as vLLM sends one.
 */
final class DecodeStream {

    private static final String PHASE = "stream";

    private final Exchange exchange;
    private final RouterConfig config;
    private final SseScanner scanner = new SseScanner();
    private final Watchdog watchdog;
    private final long idleNanos;
    private boolean output;

    DecodeStream(Exchange exchange, RouterConfig config, EventLoop loop, long firstTokenByNanos) {
        this.exchange = exchange;
        this.config = config;
        this.idleNanos = config.idleDeadline().toNanos();
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
        return Mono.error(RoutingException.badAnswer(
                Hop.DECODE, exchange.decode(), PHASE, "ended its stream without data: [DONE]; the output is cut.", null));
    }

    private Mono<ByteBuf> errorEvent(Throwable cause) {
        exchange.end(Hop.DECODE);
        if (scanner.done() || scanner.error()) {
            return Mono.empty();
        }
        RoutingException error = cause instanceof RoutingException known
                ? known
                : RoutingException.broken(Hop.DECODE, exchange.decode(), PHASE, cause);
        return Mono.just(error.events());
    }

    private RoutingException late() {
        return output
                ? late("sent nothing more", PHASE, config.idleDeadline(), "idle deadline")
                : late("sent no first token", "first-token", config.firstTokenDeadline(), "first-token deadline");
    }

    private RoutingException late(String what, String phase, Duration deadline, String name) {
        return RoutingException.late(Hop.DECODE, exchange.decode(), phase, what, deadline, name);
    }
}
