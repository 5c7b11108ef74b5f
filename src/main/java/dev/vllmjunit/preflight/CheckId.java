package dev.vllmjunit.preflight;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checks, in the order of the table. */
public enum CheckId {
    /** Software, limits and settings. */
    STACK("all", "the stack can run the topology: limits, URLs, software of the local stack"),
    /** Docker daemons. */
    DOCKER("docker", "the daemon of a host answers"),
    /** Images. */
    IMAGE("docker", "a node's image is on its host, or may be pulled"),
    /** Devices. */
    DEVICES("docker", "device files of the accelerators, and as many as the nodes split their model over"),
    /** Groups. */
    GROUPS("docker", "groups `video` and `render` of a ROCm host, and that `/dev/kfd` belongs to one of them"),
    /** Drivers. */
    DRIVER(
            "docker",
            "the accelerator's kernel module and its version; for Gaudi, that the image is of the same release"),
    /** Weights. */
    MODEL("docker", "the model is in the Hugging Face cache, whole, or can be fetched: `HF_TOKEN` for a gated one"),
    /** Space. */
    DISK("docker, local", "space for what is still to be fetched or built"),
    /** Ports. */
    PORTS("docker, local", "pinned ports are free: nodes, side channels, router"),
    /** RDMA. */
    RDMA("docker", "the port that `UCX_NET_DEVICES` names exists, is up, and is as fast as the profile's `links` say"),
    /** Side channel. */
    SIDE_CHANNEL("docker, attach", "prefill's side channel can be reached: from decode's host where that can be asked"),
    /** Running nodes. */
    NODE("attach", "a running node answers `/health` and serves the model"),
    /** Object store. */
    S3(
            "all with a given endpoint",
            "list, put, get and delete of one probe object with the credentials of this process"),
    /** Names of buckets. */
    S3_DNS("docker, local, attach", "the bucket's own host name resolves where it is used: by LMCache always"),
    /** Clocks. */
    CLOCK(
            "docker, attach; S3 on all",
            "the clock's distance from this machine's: a warning from 1 s, failed from 15 min");

    private final String stacks;
    private final String meaning;

    CheckId(String stacks, String meaning) {
        this.stacks = stacks;
        this.meaning = meaning;
    }

    /** As tables write it: {@code side-channel}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The table of all checks for the documentation, in Markdown. */
    public static String markdownTable() {
        return Stream.concat(
                        Stream.of("| check | what is looked at | stacks |", "| --- | --- | --- |"),
                        Arrays.stream(values())
                                .map(id -> "| `" + id.label() + "` | " + id.meaning + " | " + id.stacks + " |"))
                .collect(Collectors.joining("\n"));
    }
}
