/**
 * Modelled accelerator compute and link speeds, calibrated against published measurements. Knows topology.
 */
@NullMarked
package dev.vllmjunit.engine.cost;

import org.jspecify.annotations.NullMarked;
