/**
 * The embedded KV cache server behind a prefill node: host tier and S3 tier, as LMCache splits them. Bytes are really held and moved,
 * the time that takes on the modelled hardware comes from engine.cost. Knows topology, kvstore, engine.cost.
 */
@NullMarked
package dev.vllmjunit.engine.tier;

import org.jspecify.annotations.NullMarked;
