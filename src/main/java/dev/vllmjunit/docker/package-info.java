/** Docker daemons: which one, and how it is reached: on a socket, over TLS, through ssh. Knows topology. */
@NullMarked
package dev.vllmjunit.docker;

import org.jspecify.annotations.NullMarked;
