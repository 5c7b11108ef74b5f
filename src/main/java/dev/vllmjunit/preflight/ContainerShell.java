package dev.vllmjunit.preflight;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Volume;
import dev.vllmjunit.docker.DaemonException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A shell on a docker host: scripts run in a container of a node's own image, in the host's network, with the host's files
 * below a directory, read-only. The container ends itself if nobody removes it. Thread-safe.
 */
final class ContainerShell implements HostShell, AutoCloseable {

    private static final String LONGEST_LIFE = "exec sleep 120";

    private final String name;
    private final DockerClient client;
    private final Optional<String> image;
    private final String root;
    private @Nullable String container;
    private boolean closed;

    ContainerShell(String name, DockerClient client, Optional<String> image, String root) {
        this.name = name;
        this.client = client;
        this.image = image;
        this.root = root;
    }

    @Override
    public ShellOutput run(String script, Duration limit) {
        try {
            return execute(container(), script, limit);
        } catch (NotFoundException e) {
            throw new CannotCheckException(
                    "no shell on " + name + ", whose container needs " + image.orElse("an image"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotCheckException("interrupted while a script ran on " + name);
        } catch (CannotCheckException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new CannotCheckException("no shell on " + name + ": " + DaemonException.said(e));
        }
    }

    private synchronized String container() {
        if (closed) {
            throw new CannotCheckException("too late for a script on " + name);
        }
        if (container == null) {
            container = start();
        }
        return container;
    }

    private String start() {
        String from = image.orElseThrow(() -> new CannotCheckException("no shell on " + name + ": no image is named"));
        HostConfig config = HostConfig.newHostConfig()
                .withNetworkMode("host")
                .withAutoRemove(true)
                .withBinds(new Bind("/", new Volume(root), AccessMode.ro));
        try (CreateContainerCmd create = client.createContainerCmd(from)) {
            String id = create.withEntrypoint("/bin/sh", "-c", LONGEST_LIFE)
                    .withLabels(Map.of("dev.vllmjunit", "preflight"))
                    .withHostConfig(config)
                    .exec()
                    .getId();
            client.startContainerCmd(id).exec();
            return id;
        }
    }

    private ShellOutput execute(String id, String script, Duration limit) throws InterruptedException {
        String run = client.execCreateCmd(id)
                .withCmd("/bin/sh", "-c", script)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
        StringBuffer said = new StringBuffer();
        ResultCallback.Adapter<Frame> output = new ResultCallback.Adapter<>() {
            @Override
            public void onNext(Frame frame) {
                said.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
            }
        };
        if (!client.execStartCmd(run).exec(output).awaitCompletion(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new CannotCheckException("a script on " + name + " did not end within " + limit.toMillis() + " ms");
        }
        Long status = client.inspectExecCmd(run).exec().getExitCodeLong();
        return new ShellOutput(status == null ? -1 : status.intValue(), said.toString());
    }

    /** Removes the container. */
    @Override
    public synchronized void close() {
        closed = true;
        if (container != null) {
            try {
                client.removeContainerCmd(container).withForce(true).exec();
            } catch (RuntimeException alreadyGoing) {
                // It ends by itself within two minutes, and its daemon removes it.
                container = null;
            }
        }
    }
}
