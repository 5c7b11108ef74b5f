package dev.vllmjunit.router;

import dev.vllmjunit.router.RouterConfig.Target;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way, stamped by whoever handles it; Reactor's signals order the writes. Published once, at its end.
 */
final class Exchange {

    private final String requestId;
    private final Target prefill;
    private final Target decode;
    private final Timelines timelines;
    private final AtomicBoolean published = new AtomicBoolean();

    private final long receivedNanos;
    private long prefillSentNanos;
    private long prefillAnsweredNanos;
    private long decodeSentNanos;
    private long firstTokenNanos;
    private long lastTokenNanos;
    private int prefillCachedTokens = -1;
    private int transferredTokens;

    Exchange(String requestId, Target prefill, Target decode, long receivedNanos, Timelines timelines) {
        this.requestId = requestId;
        this.prefill = prefill;
        this.decode = decode;
        this.receivedNanos = receivedNanos;
        this.timelines = timelines;
    }

    String requestId() {
        return requestId;
    }

    Target prefill() {
        return prefill;
    }

    Target decode() {
        return decode;
    }

    void prefillSent() {
        prefillSentNanos = System.nanoTime();
    }

    void prefillAnswered() {
        prefillAnsweredNanos = System.nanoTime();
    }

    void offered(TransferOffer offer) {
        prefillCachedTokens = offer.cachedTokens();
        transferredTokens = offer.transferredTokens();
    }

    void decodeSent() {
        decodeSentNanos = System.nanoTime();
    }

    void firstToken(long nanos) {
        firstTokenNanos = nanos;
    }

    void lastToken(long nanos) {
        lastTokenNanos = nanos;
    }

    /** Ends the exchange; null says that it went through. Only the first call counts. */
    void end(@Nullable Hop failed) {
        if (published.compareAndSet(false, true)) {
            timelines.add(new HopTimeline(
                    requestId,
                    prefill.name(),
                    decode.name(),
                    receivedNanos,
                    prefillSentNanos,
                    prefillAnsweredNanos,
                    decodeSentNanos,
                    firstTokenNanos,
                    lastTokenNanos,
                    prefillCachedTokens,
                    transferredTokens,
                    Optional.ofNullable(failed).map(Hop::label)));
        }
    }
}
