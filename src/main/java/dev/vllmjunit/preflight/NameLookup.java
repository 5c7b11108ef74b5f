package dev.vllmjunit.preflight;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;

/** Resolves a host name somewhere. */
interface NameLookup {

    /** This process's own. */
    NameLookup HERE = name -> {
        try {
            return Stream.of(InetAddress.getAllByName(name))
                    .map(InetAddress::getHostAddress)
                    .toList();
        } catch (UnknownHostException e) {
            return List.of();
        }
    };

    /** Addresses of the name; none where it does not resolve. */
    List<String> addresses(String name);

    /** That of a host. */
    static NameLookup on(Host host) {
        return name -> {
            ShellOutput said = host.run("getent ahosts " + Host.quoted(name));
            if (said.status() == 127) {
                throw new CannotCheckException("no getent on " + host.name());
            }
            return said.lines().stream()
                    .map(line -> line.split("\\s+", 2)[0])
                    .distinct()
                    .toList();
        };
    }
}
