/**
 * Real vLLM on this machine's CPU: a process per node, KV cache moved by NIXL and kept in S3 by an LMCache server or by vLLM's own
 * tiering, in a Ceph cluster where its packages are installed. Knows provision, topology, http and kvstore.
 */
@NullMarked
package dev.vllmjunit.provision.local;

import org.jspecify.annotations.NullMarked;
