package dev.vllmjunit.provision.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whose shared memory a container has. Never its host's: what a killed container leaves there would stay.
 *
 * @param shareable whether containers on its host may join it
 * @param joined name of the container whose memory it joins
 * @param shmSize size of {@code /dev/shm}; empty where it joins another's
 */
record Ipc(boolean shareable, Optional<String> joined, Optional<String> shmSize) {

    /** Its own alone. */
    static Ipc own(String shmSize) {
        return new Ipc(false, Optional.empty(), Optional.of(shmSize));
    }

    /** Its own, for others to join. */
    static Ipc shareable(String shmSize) {
        return new Ipc(true, Optional.empty(), Optional.of(shmSize));
    }

    /** That of another container. */
    static Ipc of(String container) {
        return new Ipc(false, Optional.of(container), Optional.empty());
    }

    /** As options of {@code docker run}. */
    List<String> options() {
        List<String> options = new ArrayList<>();
        joined.ifPresent(name -> options.add("--ipc=container:" + name));
        if (shareable) {
            options.add("--ipc=shareable");
        }
        shmSize.ifPresent(size -> options.add("--shm-size=" + size));
        return options;
    }
}
