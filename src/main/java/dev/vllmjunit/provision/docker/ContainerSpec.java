package dev.vllmjunit.provision.docker;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A container to start: either by a daemon's API or by a person who pastes a {@code docker run} line. Always in the network of its host.
 *
 * @param name what it is called
 * @param host name of the docker host, as nodes name it
 * @param image what runs
 * @param command program and arguments; without credentials
 * @param environment variables without credentials
 * @param secrets variables whose values are credentials
 * @param volumes {@code HOST-PATH:CONTAINER-PATH[:ro]}
 * @param devices what it sees of the host's accelerators
 * @param ipc whose shared memory it has
 * @param directory working directory; empty for the image's
 */
record ContainerSpec(
        String name,
        String host,
        String image,
        List<String> command,
        SortedMap<String, String> environment,
        SortedMap<String, String> secrets,
        List<String> volumes,
        DeviceFlags devices,
        Ipc ipc,
        Optional<String> directory) {

    /** Copies the collections. */
    ContainerSpec {
        command = List.copyOf(command);
        environment = new TreeMap<>(environment);
        secrets = new TreeMap<>(secrets);
        volumes = List.copyOf(volumes);
    }

    /** Both kinds of variables. */
    Map<String, String> variables() {
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(secrets);
        return all;
    }

    /** Its name and image: variables may be credentials. */
    @Override
    public String toString() {
        return name + " (" + image + " on " + host + ")";
    }
}
