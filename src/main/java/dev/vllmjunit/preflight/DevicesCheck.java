package dev.vllmjunit.preflight;

import java.util.Optional;

/**
 * Whether a host has an accelerator's device files, and devices enough.
 *
 * @param host which
 * @param kind of what
 * @param needed by all nodes on it together
 */
record DevicesCheck(Host host, DeviceKind kind, int needed) implements Check {

    @Override
    public CheckId id() {
        return CheckId.DEVICES;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said = host.run(kind.control()
                        .map(control -> "[ -e $R" + control + " ] && echo control\n")
                        .orElse("")
                + "ls -1d $R" + kind.devices() + " >/dev/null 2>&1 && echo files\n"
                + kind.count() + " | sed 's/^/device /'\ntrue");
        Optional<String> missing = kind.control()
                .filter(control -> !said.lines().contains("control"))
                .or(() -> said.lines().contains("files") ? Optional.empty() : Optional.of(kind.devices()));
        if (missing.isPresent()) {
            return Finding.failed(
                    "no " + missing.get(), kind.install() + "; if that is done, look into dmesg for " + kind.module());
        }
        return counted(
                said.lines().stream().filter(line -> line.startsWith("device ")).count());
    }

    private Finding counted(long devices) {
        String found = kind.control().map(control -> control + ", ").orElse("") + kind.devices() + ": " + devices
                + " devices for " + needed;
        return devices >= needed
                ? Finding.ok(found)
                : Finding.failed(
                        found,
                        "lower tensorParallelism in the profile, or place the nodes on a host with " + needed
                                + " devices; devices that fell off the bus are in dmesg");
    }
}
