/**
 * The inside of an embedded node: continuous batching, block prefix cache, KV transfer, metrics. Knows topology, engine.cost and
 * engine.tier.
 */
@NullMarked
package dev.vllmjunit.engine.core;

import org.jspecify.annotations.NullMarked;
