/**
 * The embedded KV cache server behind a prefill node: host tier and S3 tier, as LMCache splits them. Knows topology, kvstore, engine.cost.
 */
@NullMarked
package dev.vllmjunit.engine.tier;

import org.jspecify.annotations.NullMarked;
