/**
 * Operating system processes that never outlive this JVM, their logs and their ports. Knows provision.
 */
@NullMarked
package dev.vllmjunit.provision.local.process;

import org.jspecify.annotations.NullMarked;
