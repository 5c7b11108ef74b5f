/**
 * Real vLLM nodes and their LMCache server, wherever they run: what they are told, when they are ready, and why they are not. Knows
 * provision, topology, http and kvstore.
 */
@NullMarked
package dev.vllmjunit.provision.vllm;

import org.jspecify.annotations.NullMarked;
