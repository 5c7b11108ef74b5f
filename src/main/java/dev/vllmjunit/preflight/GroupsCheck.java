package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Optional;

/**
 * Whether a ROCm host has the groups that its device files belong to. A container that runs as root needs none of them.
 *
 * @param host which
 */
record GroupsCheck(Host host) implements Check {

    private static final List<String> NAMES = List.of("video", "render");

    @Override
    public CheckId id() {
        return CheckId.GROUPS;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said = host.run(
                """
                grep -E '^(video|render):' $R/etc/group | awk -F: '{print $1, $3}'
                stat -c 'kfd %g' $R/dev/kfd 2>/dev/null
                true""");
        List<String> missing =
                NAMES.stream().filter(name -> said.after(name).isEmpty()).toList();
        String found = "video " + said.after("video").orElse("missing") + ", render "
                + said.after("render").orElse("missing") + ", /dev/kfd of group "
                + said.after("kfd").orElse("unknown");
        if (!missing.isEmpty()) {
            return Finding.warning(
                    found,
                    "groupadd " + String.join(" ", missing)
                            + "; without it only root in a container opens the devices");
        }
        Optional<String> kfd = said.after("kfd");
        return kfd.isEmpty() || NAMES.stream().anyMatch(name -> said.after(name).equals(kfd))
                ? Finding.ok(found)
                : Finding.warning(
                        found, "chgrp render /dev/kfd, and see the udev rule of the driver; else only root opens it");
    }
}
