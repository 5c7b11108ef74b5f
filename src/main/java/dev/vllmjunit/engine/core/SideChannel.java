package dev.vllmjunit.engine.core;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * One connection between a decode and a prefill engine, and the frames that go over it: a type byte, then the fields. The one
 * who connects first sends a frame and reads one back; {@code BLOCKS} is followed by the bytes of the blocks.
 */
final class SideChannel implements Closeable {

    static final byte HELLO = 1;
    static final byte PULL = 2;
    static final byte BLOCKS = 3;
    static final byte RELEASE = 4;
    static final byte RENEW = 5;
    static final byte DONE = 6;
    static final byte REFUSED = 7;

    private static final int MAX_COUNT = 1 << 22;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    /** Takes over an open socket, and closes it if it cannot. */
    SideChannel(Socket socket, int readTimeoutMillis) throws IOException {
        this.socket = socket;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(readTimeoutMillis);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    byte readType() throws IOException {
        return in.readByte();
    }

    /** Reads a frame's type; a refusal becomes an exception. */
    void expect(byte type) throws IOException {
        byte got = in.readByte();
        if (got == REFUSED) {
            throw new TransferException(in.readUTF());
        }
        if (got != type) {
            throw new IOException("side channel: frame " + got + " instead of " + type);
        }
    }

    void hello(PeerIdentity identity) throws IOException {
        out.writeByte(HELLO);
        out.writeUTF(identity.engineId());
        out.writeUTF(identity.compatibility());
        out.writeInt(identity.blockSize());
        out.writeLong(identity.kvBytesPerToken());
        out.flush();
    }

    PeerIdentity readIdentity() throws IOException {
        return new PeerIdentity(in.readUTF(), in.readUTF(), in.readInt(), in.readLong());
    }

    void pull(PullRequest pull) throws IOException {
        out.writeByte(PULL);
        out.writeUTF(pull.requestId());
        out.writeLong(pull.promptKey());
        out.writeInt(pull.tokens());
        out.writeInt(pull.firstBlock());
        out.writeInt(pull.blocks().length);
        for (int block : pull.blocks()) {
            out.writeInt(block);
        }
        out.flush();
    }

    PullRequest readPull() throws IOException {
        String requestId = in.readUTF();
        long promptKey = in.readLong();
        int tokens = in.readInt();
        int firstBlock = in.readInt();
        int[] blocks = new int[readCount()];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = in.readInt();
        }
        return new PullRequest(requestId, promptKey, tokens, firstBlock, blocks);
    }

    void blocks(List<byte[]> blocks) throws IOException {
        out.writeByte(BLOCKS);
        for (byte[] block : blocks) {
            out.write(block);
        }
        out.flush();
    }

    List<byte[]> readBlocks(int count, int blockBytes) throws IOException {
        List<byte[]> blocks = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            byte[] block = new byte[blockBytes];
            in.readFully(block);
            blocks.add(block);
        }
        return blocks;
    }

    /** {@code RELEASE} or {@code RENEW} for some requests. */
    void requests(byte type, List<String> requestIds) throws IOException {
        out.writeByte(type);
        out.writeInt(requestIds.size());
        for (String requestId : requestIds) {
            out.writeUTF(requestId);
        }
        out.flush();
    }

    List<String> readRequests() throws IOException {
        int count = readCount();
        List<String> requestIds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requestIds.add(in.readUTF());
        }
        return requestIds;
    }

    void done() throws IOException {
        out.writeByte(DONE);
        out.flush();
    }

    void refuse(String message) throws IOException {
        out.writeByte(REFUSED);
        out.writeUTF(message);
        out.flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private int readCount() throws IOException {
        int count = in.readInt();
        if (count < 0 || count > MAX_COUNT) {
            throw new IOException("side channel: a count of " + count);
        }
        return count;
    }
}
