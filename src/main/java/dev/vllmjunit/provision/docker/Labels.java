package dev.vllmjunit.provision.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Whose containers are whose, and the removal of those whose JVM is gone. */
final class Labels {

    static final String SESSION = "dev.vllmjunit.session";
    static final String MACHINE = "dev.vllmjunit.machine";
    static final String PID = "dev.vllmjunit.pid";
    static final String STARTED = "dev.vllmjunit.started";

    private static final String THIS_SESSION = UUID.randomUUID().toString();

    private Labels() {}

    /** Of every container that this JVM starts. */
    static Map<String, String> own() {
        ProcessHandle self = ProcessHandle.current();
        return Map.of(
                SESSION, THIS_SESSION, MACHINE, machine(), PID, String.valueOf(self.pid()), STARTED, started(self));
    }

    /** What tells this JVM's containers from all others. */
    static Map<String, String> session() {
        return Map.of(SESSION, THIS_SESSION);
    }

    /** Removes what JVMs of this machine that are gone have left behind; what it removed. */
    static List<String> sweep(DockerClient client) {
        return client.listContainersCmd().withShowAll(true).withLabelFilter(Map.of(MACHINE, machine())).exec().stream()
                .filter(container -> !isAlive(container.getLabels()))
                .map(container -> remove(client, container))
                .toList();
    }

    private static String remove(DockerClient client, Container container) {
        try {
            client.removeContainerCmd(container.getId())
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException e) {
            return container.getNames()[0] + " (gone already)";
        }
        return container.getNames()[0];
    }

    /** A process id may be somebody else's by now; the start time tells. */
    private static boolean isAlive(Map<String, String> labels) {
        String pid = labels.getOrDefault(PID, "");
        return pid.matches("\\d{1,18}")
                && ProcessHandle.of(Long.parseLong(pid))
                        .filter(process -> started(process).equals(labels.get(STARTED)))
                        .isPresent();
    }

    private static String started(ProcessHandle process) {
        return process.info()
                .startInstant()
                .map(instant -> String.valueOf(instant.toEpochMilli()))
                .orElse("unknown");
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
