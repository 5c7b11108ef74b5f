/**
 * What a test author types: annotations that declare a serving topology, and the {@code ServingStack} they get. Knows every room below it.
 */
@NullMarked
package dev.vllmjunit;

import org.jspecify.annotations.NullMarked;
