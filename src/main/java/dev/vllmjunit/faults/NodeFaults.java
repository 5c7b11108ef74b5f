package dev.vllmjunit.faults;

import dev.vllmjunit.evidence.Injection.Effect;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;

/** What can be done to one node. Thread-safe. Attached nodes are somebody else's, and nothing of it is done to them. */
public final class NodeFaults {

    private final RunningStack stack;
    private final RunningNode node;
    private final Ledger ledger;
    private final String name;

    NodeFaults(RunningStack stack, RunningNode node, Ledger ledger) {
        this.stack = stack;
        this.node = node;
        this.ledger = ledger;
        this.name = node.spec().name();
    }

    /**
     * Ends the node at once, as a crash does: SIGKILL to its process on the local stack, to its container on the docker stack. Its caches and counters are gone.
     *
     * @throws UnsupportedOperationException on a stack that did not start its nodes
     */
    public void kill() {
        ledger.harm(name, name + " killed", Effect.LOSS, () -> stack.kill(node), () -> stack.restart(node));
    }

    /**
     * Stops the node where it is: SIGSTOP to its processes on the local stack, its container paused on the docker stack, all its threads held on the embedded one. It still accepts
     * connections, and is silent.
     *
     * @throws UnsupportedOperationException on a stack that did not start its nodes
     */
    public void pause() {
        ledger.harm(name, name + " paused", Effect.HARM, () -> stack.pause(node), () -> stack.resume(node));
    }

    /** Lets a paused node go on. */
    public void resume() {
        ledger.mend(name, name + " resumed", () -> stack.resume(node));
    }

    /**
     * Starts the node anew, killed or not, and returns when it is ready; recovery counts from the beginning.
     *
     * @throws dev.vllmjunit.provision.ProvisionException if it does not start
     * @throws UnsupportedOperationException on a stack that does not restart nodes
     */
    public void restart() {
        ledger.mend(name, name + " restarted", () -> stack.restart(node));
    }
}
