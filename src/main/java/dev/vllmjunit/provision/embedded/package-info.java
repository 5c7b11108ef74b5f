/**
 * A whole topology within this JVM: embedded nodes, KV cache server and object store, on the loopback interface. Knows provision,
 * topology, http, engine and kvstore.
 */
@NullMarked
package dev.vllmjunit.provision.embedded;

import org.jspecify.annotations.NullMarked;
