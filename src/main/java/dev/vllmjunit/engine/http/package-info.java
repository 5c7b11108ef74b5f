/**
 * The vLLM-compatible HTTP surface of an embedded node: requests are read, checked and tokenised here, answers written as vLLM 0.32
 * writes them. Knows topology and engine.core.
 */
@NullMarked
package dev.vllmjunit.engine.http;

import org.jspecify.annotations.NullMarked;
