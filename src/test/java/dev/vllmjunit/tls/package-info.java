@NullMarked
package dev.vllmjunit.tls;

import org.jspecify.annotations.NullMarked;
