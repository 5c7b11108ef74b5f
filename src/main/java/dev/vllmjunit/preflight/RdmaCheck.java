package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether an RDMA port is there and up. Reads what the kernel documents under {@code /sys/class/infiniband} (ABI sysfs-class-infiniband).
 *
 * @param host which
 * @param port {@code DEVICE:PORT} as in {@code UCX_NET_DEVICES}; empty for any
 * @param gigabytesPerSecond speed that the profile counts on
 */
record RdmaCheck(Host host, Optional<String> port, double gigabytesPerSecond) implements Check {

    /** {@code 400 Gb/sec (4X NDR)}. */
    private static final Pattern RATE = Pattern.compile("(\\d+(?:\\.\\d+)?) Gb/sec.*");

    private static final String ACTIVE = "4: ACTIVE";
    private static final double BITS = 8;

    /** A link that gives nine tenths of what it is called gives what it is called. */
    private static final double NEARLY = 0.9;

    private static final String SCRIPT =
            """
            for p in $R/sys/class/infiniband/*/ports/*; do
              [ -e $p/state ] && d=${p%/ports/*} && echo "port ${d##*/}:${p##*/}|$(cat $p/state)|$(cat $p/phys_state)|$(cat $p/rate)|$(cat $p/link_layer)"
            done
            ls $R/dev/infiniband 2>/dev/null | grep -c '^uverbs' | sed 's/^/uverbs /'
            true""";

    private record Port(String name, String state, String physical, String rate, String layer) {

        static Port of(String line) {
            String[] parts = line.substring("port ".length()).split("\\|", -1);
            if (parts.length != 5) {
                throw new CannotCheckException("an RDMA port that cannot be read: " + line);
            }
            return new Port(parts[0], parts[1], parts[2], parts[3], parts[4]);
        }

        boolean active() {
            return state.equals(ACTIVE);
        }

        String describe() {
            return name + " " + state.replaceAll("^\\d+: ", "") + ", " + physical.replaceAll("^\\d+: ", "") + ", "
                    + rate + ", " + layer;
        }
    }

    @Override
    public CheckId id() {
        return CheckId.RDMA;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said = host.run(SCRIPT);
        List<Port> ports = said.lines().stream()
                .filter(line -> line.startsWith("port "))
                .map(Port::of)
                .toList();
        if (ports.isEmpty()) {
            return Finding.failed(
                    "no RDMA device",
                    "install the adapter's driver (mlx5_ib, bnxt_re, …), or set UCX_TLS=tcp,self,sm in the profile");
        }
        List<Port> meant = ports.stream()
                .filter(found -> port.isEmpty() || port.get().equals(found.name()))
                .toList();
        return meant.isEmpty() ? absent(ports) : judged(meant, said);
    }

    private Finding absent(List<Port> ports) {
        return Finding.failed(
                "no " + port.orElseThrow() + "; there is "
                        + String.join("; ", ports.stream().map(Port::describe).toList()),
                "name one of these in the profile: environment: {UCX_NET_DEVICES: DEVICE:PORT}");
    }

    private Finding judged(List<Port> meant, ShellOutput said) {
        Optional<Port> active = meant.stream().filter(Port::active).findFirst();
        if (active.isEmpty()) {
            return Finding.failed(
                    String.join("; ", meant.stream().map(Port::describe).toList()),
                    "DOWN: cable, switch port, ip link set up; INIT or ARMED: no subnet manager (opensm) reaches it");
        }
        String found = active.get().describe();
        if (said.after("uverbs").filter("0"::equals).isPresent()) {
            return Finding.failed(found + "; no /dev/infiniband/uverbs*", "modprobe ib_uverbs");
        }
        return fastEnough(active.get())
                ? Finding.ok(found)
                : Finding.warning(
                        found,
                        String.format(
                                Locale.ROOT,
                                "the profile counts on %.3g GB/s: correct links.nixlGBps, or the link",
                                gigabytesPerSecond));
    }

    private boolean fastEnough(Port active) {
        Matcher rate = RATE.matcher(active.rate());
        return !rate.matches() || Double.parseDouble(rate.group(1)) / BITS >= NEARLY * gigabytesPerSecond;
    }
}
