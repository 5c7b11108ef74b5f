package dev.vllmjunit.engine.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Stands between two side channels and lets a test change the frame with the blocks; everything else goes through as it is. */
final class MeddlingProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int target;
    private final int blockBytes;
    private final UnaryOperator<List<byte[]>> meddle;
    private final List<Socket> sockets = java.util.Collections.synchronizedList(new ArrayList<>());

    MeddlingProxy(int target, int blockBytes, UnaryOperator<List<byte[]>> meddle) throws IOException {
        this.target = target;
        this.blockBytes = blockBytes;
        this.meddle = meddle;
        listening = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** The same blocks, to be fetched through here. */
    RemoteKv through(RemoteKv remote) {
        return new RemoteKv(
                remote.engineId(),
                remote.requestId(),
                remote.host(),
                listening.getLocalPort(),
                remote.blockIds(),
                remote.tokens(),
                remote.cachedTokens());
    }

    private void accept() {
        try {
            while (true) {
                Socket decode = listening.accept();
                Socket prefill = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.addAll(List.of(decode, prefill));
                daemon(() -> copy(decode, prefill, false));
                daemon(() -> copy(prefill, decode, true));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[1 << 20];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (answers && buffer[0] == SideChannel.BLOCKS) {
                    meddle(in, out, buffer, read);
                } else {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException closed) {
            // One side has left.
        }
    }

    private void meddle(InputStream in, OutputStream out, byte[] buffer, int read) throws IOException {
        int have = read;
        while (in.available() > 0 || (have - 1) % blockBytes != 0) {
            have += in.read(buffer, have, buffer.length - have);
        }
        List<byte[]> blocks = new ArrayList<>();
        for (int at = 1; at < have; at += blockBytes) {
            blocks.add(java.util.Arrays.copyOfRange(buffer, at, at + blockBytes));
        }
        out.write(SideChannel.BLOCKS);
        for (byte[] block : meddle.apply(blocks)) {
            out.write(block);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "meddling-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket socket : List.copyOf(sockets)) {
            socket.close();
        }
    }
}
