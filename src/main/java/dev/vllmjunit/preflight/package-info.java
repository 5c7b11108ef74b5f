/**
 * What a place has to offer before anything is started on it: hosts, devices, drivers, disks, ports, links, clocks and the object
 * store, a {@link dev.vllmjunit.preflight.Check} each. Knows topology, provision, kvstore and http.
 */
@NullMarked
package dev.vllmjunit.preflight;

import org.jspecify.annotations.NullMarked;
