/**
 * Control-plane HTTP: JSON and text over the JDK client, every call with a deadline and an error that names the URL. Knows tls.
 */
@NullMarked
package dev.vllmjunit.http;

import org.jspecify.annotations.NullMarked;
