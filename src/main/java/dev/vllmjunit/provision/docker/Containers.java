package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Device;
import com.github.dockerjava.api.model.DeviceRequest;
import com.github.dockerjava.api.model.HostConfig;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DockerSettings.Pull;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Creates and starts containers by a daemon's API.
 *
 * @param pull when images are pulled
 * @param longest for a pull
 * @param progress told of pulls
 * @param ending of names, so that several stacks may run on one host
 */
record Containers(Pull pull, Duration longest, Consumer<String> progress, String ending) {

    private static final long KIBI = 1024;
    private static final String UNITS = "bkmgt";

    /** Starts one; it is removed with what is returned, or by the next start after this JVM is gone. */
    RunningContainer start(DockerClient client, ContainerSpec spec, Path log) {
        try {
            provideImage(client, spec.image());
            String id = client.createContainerCmd(spec.image())
                    .withName(nameOf(spec.name()))
                    // Images of vLLM have one, which says serve already; an empty word is none.
                    .withEntrypoint("")
                    .withCmd(spec.command())
                    .withEnv(spec.variables().entrySet().stream()
                            .map(variable -> variable.getKey() + "=" + variable.getValue())
                            .toList())
                    .withLabels(Labels.own())
                    .withWorkingDir(spec.directory().orElse(""))
                    .withHostConfig(hostConfig(spec))
                    .exec()
                    .getId();
            return RunningContainer.start(client, id, spec.name(), log);
        } catch (com.github.dockerjava.api.exception.DockerException e) {
            throw new ProvisionException(spec + " could not be started: " + e.getMessage(), e);
        }
    }

    private void provideImage(DockerClient client, String image) {
        if (pull == Pull.ALWAYS || pull == Pull.MISSING && !isPresent(client, image)) {
            pull(client, image);
        } else if (!isPresent(client, image)) {
            throw new ProvisionException(
                    "image " + image + " is not there, and docker.pull is NEVER; load it, or write pull: missing");
        }
    }

    private static boolean isPresent(DockerClient client, String image) {
        try {
            client.inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
    }

    private void pull(DockerClient client, String image) {
        progress.accept("pulling " + image);
        try {
            if (!client.pullImageCmd(image).start().awaitCompletion(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ProvisionException(
                        "image " + image + " was not pulled within " + longest.toSeconds() + " s (vllm.start-timeout)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProvisionException("interrupted while " + image + " was pulled", e);
        } catch (RuntimeException e) {
            throw new ProvisionException(
                    "image " + image + " could not be pulled: " + e.getMessage()
                            + "; correct its name, or load it and write pull: never",
                    e);
        }
    }

    HostConfig hostConfig(ContainerSpec spec) {
        DeviceFlags devices = spec.devices();
        HostConfig host = HostConfig.newHostConfig()
                .withNetworkMode("host")
                .withBinds(spec.volumes().stream().map(Bind::parse).toList())
                .withDevices(devices.devices().stream()
                        .map(path -> new Device("rwm", path, path))
                        .toList())
                .withGroupAdd(devices.groups());
        spec.ipc().shmSize().map(Containers::bytes).ifPresent(host::withShmSize);
        spec.ipc().joined().ifPresent(other -> host.withIpcMode("container:" + nameOf(other)));
        if (spec.ipc().shareable()) {
            host.withIpcMode("shareable");
        }
        devices.runtime().ifPresent(host::withRuntime);
        if (devices.allGpus()) {
            host.withDeviceRequests(
                    List.of(new DeviceRequest().withCount(-1).withCapabilities(List.of(List.of("gpu")))));
        }
        return host;
    }

    private String nameOf(String part) {
        return "vllm-junit-" + part + "-" + ending;
    }

    /** As docker reads {@code 16g}, {@code 512m}, or bytes. */
    static long bytes(String size) {
        String text = size.strip().toLowerCase(java.util.Locale.ROOT);
        int unit = UNITS.indexOf(text.charAt(text.length() - 1));
        long amount = Long.parseLong(unit < 0 ? text : text.substring(0, text.length() - 1));
        for (int i = 0; i < unit; i++) {
            amount = Math.multiplyExact(amount, KIBI);
        }
        return amount;
    }
}
