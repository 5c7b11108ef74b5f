/**
 * From a failed start, a failed request or a failed expectation to its cause: rules over what every part logged, counted and was
 * asked ({@link dev.vllmjunit.diagnosis.Symptoms}). Each rule comes from a fault that was provoked on real nodes, or from the
 * writer's source. Knows evidence and topology.
 */
@NullMarked
package dev.vllmjunit.diagnosis;

import org.jspecify.annotations.NullMarked;
