/**
 * The driver: sends a schedule on time and timestamps what comes back. Knows workload and tls.
 */
@NullMarked
package dev.vllmjunit.load;

import org.jspecify.annotations.NullMarked;
