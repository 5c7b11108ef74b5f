/**
 * Links that can be disturbed: TCP connections through this JVM, delayed, limited, cut or refused while they are used. Knows none of
 * the other rooms.
 */
@NullMarked
package dev.vllmjunit.faults.link;

import org.jspecify.annotations.NullMarked;
