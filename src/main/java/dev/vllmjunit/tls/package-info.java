/**
 * Whom this library's clients trust, what they show of themselves, and what a failed handshake means. Knows topology.
 */
@NullMarked
package dev.vllmjunit.tls;

import org.jspecify.annotations.NullMarked;
