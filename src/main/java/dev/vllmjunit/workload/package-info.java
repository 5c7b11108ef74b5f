/**
 * What will be sent, and when, decided before the first request. Knows nothing.
 */
@NullMarked
package dev.vllmjunit.workload;

import org.jspecify.annotations.NullMarked;
