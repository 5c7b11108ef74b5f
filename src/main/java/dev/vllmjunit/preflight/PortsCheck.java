package dev.vllmjunit.preflight;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether nobody listens on ports that are to be used. Reads the kernel's own list ({@code /proc/net/tcp}), which needs no tool
 * and opens nothing.
 *
 * @param host which
 * @param ports what each is for
 */
record PortsCheck(Host host, Map<Integer, String> ports) implements Check {

    /** {@code sl local_address:PORT remote state}, of which state 0A listens. */
    private static final Pattern LISTENING =
            Pattern.compile("\\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A .*");

    PortsCheck {
        ports = Map.copyOf(ports);
    }

    @Override
    public CheckId id() {
        return CheckId.PORTS;
    }

    @Override
    public String where() {
        return host.name();
    }

    @Override
    public Finding examine() {
        ShellOutput said = host.run("cat /proc/net/tcp; cat /proc/net/tcp6 2>/dev/null; true");
        if (!said.text().contains("local_address")) {
            throw new CannotCheckException(
                    "/proc/net/tcp cannot be read: " + said.text().strip());
        }
        List<Integer> listening = said.lines().stream()
                .map(LISTENING::matcher)
                .filter(Matcher::matches)
                .map(line -> Integer.parseInt(line.group(1), 16))
                .toList();
        Map<Integer, String> taken = new TreeMap<>(ports);
        taken.keySet().retainAll(listening);
        return taken.isEmpty()
                ? Finding.ok("free: " + described(new TreeMap<>(ports)))
                : Finding.failed(
                        "taken: " + described(taken),
                        "end what listens there (ss -ltnp shows it), or pin another port, or none");
    }

    private static String described(Map<Integer, String> ports) {
        return ports.entrySet().stream()
                .map(port -> port.getKey() + " (" + port.getValue() + ")")
                .collect(Collectors.joining(", "));
    }
}
