package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Frame;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.vllm.LogReason;
import dev.vllmjunit.provision.vllm.WatchedPart;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A container that was started, and its log as a file. Thread-safe. */
final class RunningContainer implements WatchedPart, AutoCloseable {

    private static final int ENDING_SECONDS = 15;
    private static final int LAST_WORDS_SECONDS = 5;

    private final DockerClient client;
    private final String id;
    private final String name;
    private final Path log;
    private final long logStart;
    private final LogWriter writer;
    private volatile boolean asked;

    private RunningContainer(DockerClient client, String id, String name, Path log) {
        this.client = client;
        this.id = id;
        this.name = name;
        this.log = log;
        this.logStart = log.toFile().length();
        this.writer = new LogWriter(log);
    }

    /** Starts a container that was created. */
    static RunningContainer start(DockerClient client, String id, String name, Path log) {
        RunningContainer container = new RunningContainer(client, id, name, log);
        try {
            client.startContainerCmd(id).exec();
            client.logContainerCmd(id)
                    .withStdOut(true)
                    .withStdErr(true)
                    .withFollowStream(true)
                    .exec(container.writer);
            return container;
        } catch (RuntimeException e) {
            container.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Path log() {
        return log;
    }

    @Override
    public String logText() {
        return LogReason.read(log, logStart);
    }

    @Override
    public void requireRunning() {
        ended().ifPresent(how -> {
            throw failed(how);
        });
    }

    @Override
    public ProvisionException failed(String what) {
        return new ProvisionException(name + " " + what + ": " + LogReason.of(log, logStart) + "\n(log: " + log + ")");
    }

    /** How it ended, if it did without being asked to. */
    Optional<String> outage() {
        return asked
                ? Optional.empty()
                : ended().map(how -> String.valueOf(failed(how).getMessage()));
    }

    private Optional<String> ended() {
        try {
            ContainerState state = client.inspectContainerCmd(id).exec().getState();
            if (Boolean.TRUE.equals(state.getRunning())) {
                return Optional.empty();
            }
            writer.awaitEnd();
            return Optional.of("ended with status " + state.getExitCodeLong()
                    + (Boolean.TRUE.equals(state.getOOMKilled()) ? " (killed for want of memory)" : ""));
        } catch (NotFoundException e) {
            return Optional.of("was removed by somebody");
        }
    }

    /** Ends it at once, as a crash does; {@link #outage} keeps silent about it. */
    void kill() {
        asked = true;
        resume();
        client.killContainerCmd(id).exec();
    }

    /** Stops all its processes in what they do. */
    void pause() {
        client.pauseContainerCmd(id).exec();
    }

    /** Lets a paused one go on; harmless for another. */
    void resume() {
        if (Boolean.TRUE.equals(client.inspectContainerCmd(id).exec().getState().getPaused())) {
            client.unpauseContainerCmd(id).exec();
        }
    }

    /** Asks it to end, kills it after 15 s, and removes it. Closing twice is harmless. */
    @Override
    public void close() {
        asked = true;
        try {
            resume();
            client.stopContainerCmd(id).withTimeout(ENDING_SECONDS).exec();
        } catch (NotModifiedException | NotFoundException e) {
            // It has ended already.
        }
        writer.awaitEnd();
        try {
            client.removeContainerCmd(id)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException e) {
            // Removed by an earlier closing.
        }
    }

    /** Its name. */
    @Override
    public String toString() {
        return name;
    }

    private static final class LogWriter extends ResultCallback.Adapter<Frame> {

        private final OutputStream file;

        LogWriter(Path log) {
            try {
                file = Files.newOutputStream(log, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + log, e);
            }
        }

        @Override
        public void onNext(Frame frame) {
            try {
                file.write(frame.getPayload());
            } catch (IOException e) {
                onError(e);
            }
        }

        void awaitEnd() {
            try {
                awaitCompletion(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
                close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            super.close();
            file.close();
        }
    }
}
