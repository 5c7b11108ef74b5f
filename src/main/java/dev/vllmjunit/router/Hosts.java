package dev.vllmjunit.router;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

/** Which host names mean the same machine. Resolves only names that are no addresses, through the JVM's own cache. */
final class Hosts {

    private Hosts() {}

    /** Whether a node that listens there can be reached from its own machine only. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(\\.\\d{1,3}){3}");
    }

    /** Whether both are one machine, as far as it can be told from here. */
    static boolean same(String one, String other) {
        return one.equalsIgnoreCase(other) || (isHere(one) && isHere(other));
    }

    private static boolean isHere(String host) {
        if (isLoopback(host)) {
            return true;
        }
        try {
            return NetworkInterface.getByInetAddress(InetAddress.getByName(host)) != null;
        } catch (UnknownHostException | SocketException e) {
            return false;
        }
    }
}
