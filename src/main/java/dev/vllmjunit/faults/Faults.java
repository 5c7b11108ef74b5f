package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.faults.link.FaultyLink;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What can be done to a running stack on purpose: between runs, for the whole of the next ones, or in mid-run by {@link During}.
 * Everything is undone at the end of the test, and what a {@link During} does at the end of its run. Thread-safe.
 */
public final class Faults {

    private static final String INSTEAD = "; run on the embedded or the local stack, or in containers on this machine";

    private final RunningStack stack;
    private final Optional<FaultyLink> s3Link;
    private final Optional<FaultyLink> transferLink;
    private final Optional<ObjectFaults> objects;
    private final Ledger ledger = new Ledger();
    private final AtomicBoolean damaged = new AtomicBoolean();

    /**
     * Of one stack.
     *
     * @param s3Link between the writer of the KV cache and the object store, where the class asks for it
     * @param transferLink between prefill and decode nodes, where the class asks for it
     * @param bucket the object store, if there is one
     */
    public Faults(
            RunningStack stack,
            Optional<FaultyLink> s3Link,
            Optional<FaultyLink> transferLink,
            Optional<CacheBucket> bucket) {
        this.stack = stack;
        this.s3Link = s3Link;
        this.transferLink = transferLink;
        this.objects = bucket.map(store -> new ObjectFaults(store, ledger, damaged));
    }

    /** What can be done to this node. */
    public NodeFaults node(RunningNode node) {
        return new NodeFaults(stack, node, ledger);
    }

    /** What can be done to the prefill node of this index, from 0. */
    public NodeFaults prefill(int index) {
        return node(stack.prefill().get(index));
    }

    /** What can be done to the decode node of this index, from 0. */
    public NodeFaults decode(int index) {
        return node(stack.decode().get(index));
    }

    /**
     * The link between the writer of the KV cache (the cache server, or the prefill nodes where they write themselves) and the object
     * store. The test's own requests to the store do not go over it.
     *
     * @throws UnsupportedOperationException if the class has no {@code @FaultyLinks}, or the stack does not use the link
     */
    public LinkFaults s3Link() {
        return new LinkFaults("S3 link", s3(), ledger);
    }

    /**
     * The link on which decode nodes reach prefill nodes for KV cache: on the embedded stack all of the transfer; of real
     * nodes NIXL's side channel alone, which each pair of nodes uses once, for its handshake.
     *
     * @throws UnsupportedOperationException if the class has no {@code @FaultyLinks}, or the stack does not use the link
     */
    public LinkFaults transferLink() {
        FaultyLink link = transferLink.orElseThrow(Faults::undeclared);
        if (!stack.reachesLoopback()) {
            throw new UnsupportedOperationException("nodes of the " + stack.provisioner()
                    + " stack do not reach ports of this JVM, and so their transfers do not go through its link"
                    + INSTEAD);
        }
        return new LinkFaults("transfer link", link, ledger);
    }

    /**
     * What can be done to the objects of the KV cache.
     *
     * @throws UnsupportedOperationException if the stack has no object store
     */
    public ObjectFaults objects() {
        return objects.orElseThrow(() -> new UnsupportedOperationException("the " + stack.provisioner()
                + " stack has no object store that this test reaches; add @S3Cache to the class"));
    }

    /**
     * What can be done to the keys that the KV cache is written with.
     *
     * @throws UnsupportedOperationException as {@link #s3Link}
     */
    public CredentialFaults credentials() {
        return new CredentialFaults(s3(), ledger);
    }

    private FaultyLink s3() {
        FaultyLink link = s3Link.orElseThrow(Faults::undeclared);
        if (!stack.usesS3Link()) {
            throw new UnsupportedOperationException("the " + stack.provisioner()
                    + " stack does not write its KV cache through a link of this JVM" + INSTEAD);
        }
        return link;
    }

    private static UnsupportedOperationException undeclared() {
        return new UnsupportedOperationException(
                "no link of this stack goes through this JVM; add @FaultyLinks to the test class");
    }

    /**
     * Undoes all that is in force; returns when killed nodes are ready again.
     *
     * @throws dev.vllmjunit.provision.ProvisionException if one does not start again
     */
    public void undo() {
        ledger.undo();
    }

    /** What is in force, as injections of that time. */
    public List<Injection> inForce(long nanos) {
        return ledger.inForce(nanos);
    }

    /** What was done since the last call, in order. */
    List<Injection> take() {
        return ledger.take();
    }

    /** Whether cache objects were damaged since the last call, so that caches which have loaded them cannot be trusted. */
    boolean takeDamage() {
        return damaged.getAndSet(false);
    }
}
