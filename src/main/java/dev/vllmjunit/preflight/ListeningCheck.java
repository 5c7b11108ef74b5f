package dev.vllmjunit.preflight;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.OptionalInt;

/**
 * Whether a running prefill node's side channel listens beyond its own host, as far as this machine can tell.
 *
 * @param prefill the node's name
 * @param address its host
 * @param port the pinned port; empty where nobody but the node knows it
 */
record ListeningCheck(String prefill, String address, OptionalInt port) implements Check {

    private static final int LIMIT_MS = 4_000;

    @Override
    public CheckId id() {
        return CheckId.SIDE_CHANNEL;
    }

    @Override
    public String where() {
        return "this machine to " + prefill;
    }

    @Override
    public Finding examine() {
        if (port.isEmpty()) {
            return Finding.notChecked(
                    "the port is not known here",
                    "set vllm.side-channel.port to the node's VLLM_NIXL_SIDE_CHANNEL_PORT");
        }
        String target = address + ":" + port.getAsInt();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port.getAsInt()), LIMIT_MS);
            return Finding.ok(target + " listens; from decode's host it may look different");
        } catch (ConnectException e) {
            return Finding.warning(
                    target + " is refused",
                    "VLLM_NIXL_SIDE_CHANNEL_HOST on the prefill node: left out, it listens on localhost only");
        } catch (UnknownHostException e) {
            throw new CannotCheckException(address + " does not resolve here");
        } catch (IOException e) {
            throw new CannotCheckException(target + ": " + e.getMessage());
        }
    }
}
