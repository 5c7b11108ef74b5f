package dev.vllmjunit.engine.core;

import java.util.Optional;

/** Told what happens to a request, in order, on the engine's thread: must return at once. */
public interface GenerationListener {

    /**
     * One output token was sampled.
     *
     * @param logprob natural logarithm of its probability, below 0
     */
    void onToken(int tokenId, double logprob);

    /**
     * The last token was sampled.
     *
     * @param finishReason {@code length} or {@code stop}
     * @param cachedTokens prompt tokens that were not computed here
     * @param remoteKv where the blocks are kept, if the request asked for remote decode and has blocks to offer
     */
    void onFinished(String finishReason, int cachedTokens, Optional<RemoteKv> remoteKv);

    /** The request failed; no further call comes. */
    void onError(String message);
}
