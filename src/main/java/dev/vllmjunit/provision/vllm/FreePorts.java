package dev.vllmjunit.provision.vllm;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports of 127.0.0.1 for servers that have to be told theirs. Drawn below the range that outgoing connections get theirs from, so that
 * none is taken between the drawing and the server's start. Thread-safe.
 */
public final class FreePorts {

    private static final int FIRST = 10_240;
    private static final int LAST = 32_000;
    private static final int TRIES = 1_000;
    private static final Set<Integer> DRAWN = new HashSet<>();

    private FreePorts() {}

    /**
     * A free port that was not drawn before in this JVM.
     *
     * @throws ProvisionException if there seems to be none
     */
    public static synchronized int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (!DRAWN.contains(port) && isFree(port)) {
                DRAWN.add(port);
                return port;
            }
        }
        throw new ProvisionException(
                "no free port from " + FIRST + " to " + LAST + " on 127.0.0.1 in " + TRIES + " tries");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
