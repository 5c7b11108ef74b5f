package dev.vllmjunit.provision.embedded;

import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.RunningNode;
import java.util.Optional;
import java.util.OptionalInt;

/** A node that can be restarted. Thread-safe. */
final class EmbeddedNode implements AutoCloseable {

    private final NodeStart start;
    private final NodeLog log;
    private final RunningNode node;
    private NodeStart.Life life;
    private boolean closed;

    private EmbeddedNode(NodeStart start, NodeLog log, NodeStart.Life life) {
        this.start = start;
        this.log = log;
        this.life = life;
        this.node = new RunningNode(
                start.spec(),
                life.server().endpoint(),
                start.version(life.server().endpoint()),
                Optional.of(log.file()));
    }

    static EmbeddedNode start(NodeStart start, NodeLog log) {
        return new EmbeddedNode(start, log, start.live(log, start.spec().port()));
    }

    RunningNode node() {
        return node;
    }

    /** Ends it and starts it anew, on the same port. */
    synchronized void restart() {
        if (closed) {
            throw new ProvisionException(start.spec().name() + " is not restarted: its stack is closed");
        }
        end();
        log.line("restarts");
        life = start.live(log, OptionalInt.of(node.endpoint().getPort()));
    }

    /** Ends it at once; it can be restarted. */
    synchronized void kill() {
        log.line("is killed on purpose");
        end();
    }

    /** Stops its threads where they are. */
    synchronized void pause() {
        log.line("is paused on purpose");
        life.pause();
    }

    /** Lets its threads go on. */
    synchronized void resume() {
        life.resume();
    }

    private void end() {
        life.resume();
        life.close();
    }

    @Override
    public synchronized void close() {
        closed = true;
        end();
    }
}
