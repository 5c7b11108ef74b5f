/**
 * Real vLLM in containers, on one docker host or on several: a container per node, one for the LMCache server, one for the object
 * store where a profile names its image. Knows provision, topology, http and kvstore.
 */
@NullMarked
package dev.vllmjunit.provision.docker;

import org.jspecify.annotations.NullMarked;
