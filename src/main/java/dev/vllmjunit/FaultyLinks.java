package dev.vllmjunit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Puts links into a declared stack that a test can delay, limit and cut: TCP through this JVM, between the writer of the KV cache and
 * the object store, and on the way on which decode nodes reach prefill nodes for KV cache. On a class, a meta-annotation or a
 * superclass.
 *
 * <p>What passes where: on the embedded stack all of a KV transfer goes through the link. Of real nodes NIXL's side channel does,
 * over which nodes shake hands once; the KV bytes go over ports that UCX draws and tells in the handshake in a form of its own, so that
 * nobody between can redirect them. Containers on other hosts than this one do not reach this JVM, and use no link. An S3 endpoint of
 * the profile has to be http and path-style.
 *
 * @see ServingStack#faults()
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface FaultyLinks {}
