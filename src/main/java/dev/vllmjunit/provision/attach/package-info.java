/**
 * A deployment that runs already: nothing is started, nothing is stopped. Knows provision, topology, http, kvstore and
 * tls.
 */
@NullMarked
package dev.vllmjunit.provision.attach;

import org.jspecify.annotations.NullMarked;
