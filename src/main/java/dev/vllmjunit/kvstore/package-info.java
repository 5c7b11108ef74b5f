/**
 * The S3 side of the KV cache: client, key layouts of the cache writers, clear, inspect, and an S3 server in this JVM. Knows topology and tls.
 */
@NullMarked
package dev.vllmjunit.kvstore;

import org.jspecify.annotations.NullMarked;
