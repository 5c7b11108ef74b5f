/**
 * The prefill→decode router that real nodes and embedded nodes stand behind, and what it saw of each request. Knows tls.
 *
 * <p>{@code RouterHandler} sends a path to {@code GenerationRoute} or {@code PassThrough}; {@code PrefillThenDecode} is the way of
 * one request, {@code ClientRequest} and {@code TransferOffer} what it carries, {@code DecodeStream} its last part.
 */
@NullMarked
package dev.vllmjunit.router;

import org.jspecify.annotations.NullMarked;
