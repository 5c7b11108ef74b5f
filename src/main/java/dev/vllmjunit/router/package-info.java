/**
 * The prefill→decode router that real nodes and embedded nodes stand behind, and what it saw of each request. Knows topology.
 */
@NullMarked
package dev.vllmjunit.router;

import org.jspecify.annotations.NullMarked;
