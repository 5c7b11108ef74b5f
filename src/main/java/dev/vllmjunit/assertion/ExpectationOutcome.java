package dev.vllmjunit.assertion;

import dev.vllmjunit.topology.Expectation;
import java.util.OptionalDouble;

/**
 * One row of the guide's table with what was measured.
 *
 * @param expectation the row
 * @param measured in the metric's unit, or the ratio where the row is relative; empty when there is no value to be trusted
 * @param verdict what became of it
 * @param note the ranges in words, why it is INVALID, or the figures why it is not feasible
 */
public record ExpectationOutcome(Expectation expectation, OptionalDouble measured, Verdict verdict, String note) {}
