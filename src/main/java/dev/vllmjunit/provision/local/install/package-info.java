/**
 * What the local stack needs on disk: a Python environment with vLLM, NIXL and LMCache, a model to serve, and this library's scripts,
 * each built once below the user's cache directory. Knows provision and the processes.
 */
@NullMarked
package dev.vllmjunit.provision.local.install;

import org.jspecify.annotations.NullMarked;
