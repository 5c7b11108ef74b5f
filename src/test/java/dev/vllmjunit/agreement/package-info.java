/** Holds the embedded stack against the real one: the same requests, the same counters, the predicted times. */
@NullMarked
package dev.vllmjunit.agreement;

import org.jspecify.annotations.NullMarked;
