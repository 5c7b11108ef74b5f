/**
 * Where a topology runs: the SPI {@link dev.vllmjunit.provision.Provisioner} and what it returns. Knows topology, kvstore, http,
 * tls and links that can be disturbed.
 */
@NullMarked
package dev.vllmjunit.provision;

import org.jspecify.annotations.NullMarked;
