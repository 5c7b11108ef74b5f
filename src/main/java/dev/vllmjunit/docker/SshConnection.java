package dev.vllmjunit.docker;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** One connection, and the process that is its other end. Whichever ends first ends the other. Thread-safe. */
final class SshConnection implements AutoCloseable {

    private static final int BUFFER = 1 << 16;

    private final SocketChannel channel;
    private final Process process;
    private final Consumer<SshConnection> ended;

    private SshConnection(SocketChannel channel, Process process, Consumer<SshConnection> ended) {
        this.channel = channel;
        this.process = process;
        this.ended = ended;
    }

    /**
     * Starts the process.
     *
     * @throws IOException if there is no such program; the channel stays open then
     */
    static SshConnection start(List<String> command, SocketChannel channel, Path log, Consumer<SshConnection> ended)
            throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        SshConnection connection = new SshConnection(channel, process, ended);
        daemonThread(connection::toProcess, "ssh-out");
        daemonThread(connection::fromProcess, "ssh-in");
        return connection;
    }

    static void daemonThread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void toProcess() {
        byte[] bytes = new byte[BUFFER];
        try (OutputStream to = process.getOutputStream()) {
            for (int n = channel.read(ByteBuffer.wrap(bytes)); n >= 0; n = channel.read(ByteBuffer.wrap(bytes))) {
                to.write(bytes, 0, n);
                to.flush();
            }
        } catch (IOException otherEndIsGone) {
            // As at the end.
        } finally {
            close();
        }
    }

    private void fromProcess() {
        byte[] bytes = new byte[BUFFER];
        try (InputStream from = process.getInputStream()) {
            for (int n = from.read(bytes); n >= 0; n = from.read(bytes)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes, 0, n);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
            }
        } catch (IOException otherEndIsGone) {
            // As at the end.
        } finally {
            close();
        }
    }

    /** Closing twice is harmless. */
    @Override
    public void close() {
        process.destroy();
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ended.accept(this);
    }
}
