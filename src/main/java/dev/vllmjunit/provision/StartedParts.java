package dev.vllmjunit.provision;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What has been started so far, to be closed in reverse. Thread-safe. */
public final class StartedParts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StartedParts.class);

    private final Deque<Part> parts = new ArrayDeque<>();
    private boolean closed;

    private record Part(String name, AutoCloseable closer) {}

    /** Takes over a part. A part that comes after the closing is closed at once, so that none is left over. */
    public <T extends AutoCloseable> T add(String name, T part) {
        synchronized (this) {
            if (!closed) {
                parts.push(new Part(name, part));
                return part;
            }
        }
        close(new Part(name, part));
        throw new IllegalStateException(name + " was started while the stack was being closed");
    }

    /** Closes all that there is because of a failure, which stays the one to report. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes each part, also behind one that fails. Closing twice is harmless. */
    @Override
    public void close() {
        Deque<Part> open;
        synchronized (this) {
            closed = true;
            open = new ArrayDeque<>(parts);
            parts.clear();
        }
        open.forEach(StartedParts::close);
    }

    private static void close(Part part) {
        try {
            part.closer.close();
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            LOG.warn("closing {} failed", part.name, e);
        }
    }
}
