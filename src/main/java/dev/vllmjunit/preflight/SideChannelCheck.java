package dev.vllmjunit.preflight;

import java.util.Locale;

/**
 * Whether decode's host finds the way to where prefill will listen. Nothing listens there before the start: a refused connection
 * has found the way.
 *
 * @param decode decode's host
 * @param prefill prefill's host, whose address prefill will advertise
 * @param port where it will listen
 */
record SideChannelCheck(Host decode, Host prefill, int port) implements Check {

    private static final String PYTHON =
            "import socket,sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 4)";

    @Override
    public CheckId id() {
        return CheckId.SIDE_CHANNEL;
    }

    @Override
    public String where() {
        return decode.name() + " to " + prefill.address() + ":" + port;
    }

    @Override
    public Finding examine() {
        String address = prefill.address();
        boolean sameHost = decode.name().equals(prefill.name());
        if (!sameHost && address.matches("localhost|127\\..*|::1|0\\.0\\.0\\.0")) {
            return Finding.failed(
                    "prefill on " + prefill.name() + " would advertise " + address + ", where decode reaches itself",
                    "docker.hosts." + prefill.name() + ".address in the profile: one that decode's host reaches");
        }
        String target = Host.quoted(address) + " " + port;
        ShellOutput said = decode.run("python3 -c " + Host.quoted(PYTHON) + " " + target + " 2>&1 && echo connected\n"
                + "[ $? -eq 127 ] && timeout 4 bash -c 'exec 3<>/dev/tcp/$0/$1' " + target
                + " 2>&1 && echo connected\ntrue");
        return judged(said.text());
    }

    private Finding judged(String said) {
        String lower = said.toLowerCase(Locale.ROOT);
        if (lower.contains("connected")) {
            return Finding.warning("reached, and something listens there already", "see the check of the ports");
        }
        if (lower.contains("connection refused")) {
            return Finding.ok("reached: refused, as it has to be before the start");
        }
        if (lower.contains("timed out") || said.isBlank()) {
            return unreachable("no answer within 4 s");
        }
        if (lower.contains("no route to host") || lower.contains("unreachable")) {
            return unreachable("no route");
        }
        if (lower.contains("name or service not known") || lower.contains("name resolution")) {
            return Finding.failed(
                    prefill.address() + " does not resolve there",
                    "docker.hosts." + prefill.name() + ".address in the profile: an address, or a name that DNS knows");
        }
        throw new CannotCheckException("the attempt to connect said: " + said.strip());
    }

    private static Finding unreachable(String found) {
        return Finding.failed(
                found, "admit this port and all high ports from decode's host to prefill's: firewall, routes, VLAN");
    }
}
