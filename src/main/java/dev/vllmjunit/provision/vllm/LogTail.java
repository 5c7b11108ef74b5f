package dev.vllmjunit.provision.vllm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file that somebody else writes on. */
public final class LogTail {

    private LogTail() {}

    /**
     * What it holds from a byte on; nothing where it is not there yet.
     *
     * @throws IOException if it cannot be read
     */
    public static byte[] of(Path file, long from) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(Math.max(0, channel.size() - from)));
            channel.position(from);
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // A channel may give less than there is.
            }
            byte[] read = new byte[bytes.position()];
            bytes.flip().get(read);
            return read;
        } catch (NoSuchFileException e) {
            return new byte[0];
        }
    }
}
