package dev.vllmjunit.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A daemon of the cluster that a local stack has started, by its admin socket. Closing undoes what was set. */
final class CephDaemon implements AutoCloseable {

    private static final int SECONDS = 30;

    private final Path socket;
    private final Deque<List<String>> before = new ArrayDeque<>();

    private CephDaemon(Path socket) {
        this.socket = socket;
    }

    static CephDaemon of(String name) {
        return new CephDaemon(OwnProcesses.directory(OwnProcesses.first("ceph")).resolve(name + ".asok"));
    }

    /**
     * Changes an option at once.
     *
     * @param usual what it is again afterwards
     */
    void set(String option, String value, String usual) {
        before.push(List.of(option, usual));
        tell(option, value);
    }

    private void tell(String option, String value) {
        try {
            Process ceph = new ProcessBuilder("ceph", "daemon", socket.toString(), "config", "set", option, value)
                    .redirectErrorStream(true)
                    .start();
            String answer = new String(ceph.getInputStream().readAllBytes());
            if (!ceph.waitFor(SECONDS, TimeUnit.SECONDS) || ceph.exitValue() != 0) {
                throw new IllegalStateException("ceph does not set " + option + ": " + answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        before.forEach(option -> tell(option.get(0), option.get(1)));
    }
}
