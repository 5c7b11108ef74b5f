package dev.vllmjunit.engine.core;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The decode side of KV transfers, on the calling thread. Thread-safe. */
final class SideChannelClient implements AutoCloseable {

    /** vLLM's own side channel gives up after this long. */
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final PeerIdentity identity;
    private final int blockBytes;
    private final Set<SideChannel> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    SideChannelClient(PeerIdentity identity, int blockBytes) {
        this.identity = identity;
        this.blockBytes = blockBytes;
    }

    /**
     * Connects and shakes hands.
     *
     * @throws TransferException if it is the wrong engine or one whose blocks cannot be used here
     * @throws IOException naming the address, if nobody answers there
     */
    Session connect(RemoteKv remote) throws IOException {
        SideChannel channel = dial(remote);
        open.add(channel);
        try {
            if (closed) {
                throw new IOException("the engine is closed");
            }
            channel.hello(identity);
            channel.expect(SideChannel.HELLO);
            identity.requireCompatible(channel.readIdentity(), remote.engineId());
            return new Session(channel);
        } catch (IOException e) {
            forget(channel);
            throw e;
        }
    }

    /** Cuts what is going on. */
    @Override
    public void close() throws IOException {
        closed = true;
        for (SideChannel channel : open) {
            channel.close();
        }
    }

    private static SideChannel dial(RemoteKv remote) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(remote.host(), remote.port()), CONNECT_TIMEOUT_MILLIS);
            return new SideChannel(socket, READ_TIMEOUT_MILLIS);
        } catch (IOException | IllegalArgumentException e) {
            socket.close();
            throw new IOException(
                    "the side channel of prefill engine " + remote.engineId() + " at " + remote.host() + ":"
                            + remote.port() + " cannot be reached: " + e.getMessage(),
                    e);
        }
    }

    private void forget(SideChannel channel) throws IOException {
        open.remove(channel);
        channel.close();
    }

    /** A connection to the right engine. */
    final class Session implements AutoCloseable {

        private final SideChannel channel;

        private Session(SideChannel channel) {
            this.channel = channel;
        }

        /** Reads blocks; the prefill node keeps them until {@link #done()}. */
        List<byte[]> pull(PullRequest pull) throws IOException {
            channel.pull(pull);
            channel.expect(SideChannel.BLOCKS);
            return channel.readBlocks(pull.blocks().length, blockBytes);
        }

        /** Tells the prefill node that it may free what was read. */
        void done() throws IOException {
            channel.done();
            channel.expect(SideChannel.DONE);
        }

        /** Tells the prefill node that nobody will read the blocks kept for these requests. */
        void release(List<String> requestIds) throws IOException {
            channel.requests(SideChannel.RELEASE, requestIds);
            channel.expect(SideChannel.DONE);
        }

        /** Asks the prefill node to keep the blocks of these requests for another lease. */
        void renew(List<String> requestIds) throws IOException {
            channel.requests(SideChannel.RENEW, requestIds);
            channel.expect(SideChannel.DONE);
        }

        @Override
        public void close() throws IOException {
            forget(channel);
        }
    }
}
