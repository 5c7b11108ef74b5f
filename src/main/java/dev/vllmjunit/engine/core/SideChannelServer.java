package dev.vllmjunit.engine.core;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The prefill side of KV transfers: answers handshakes, lets leased blocks be read, and frees them when told so. */
final class SideChannelServer implements AutoCloseable {

    /** The loopback interface: embedded nodes of one stack live on one machine. */
    static final String HOST = "127.0.0.1";

    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private static final Logger LOG = LoggerFactory.getLogger(SideChannelServer.class);

    /** A reader is silent for as long as its modelled transfer takes; nothing modelled takes longer than this. */
    private static final int READ_TIMEOUT_MILLIS = 600_000;

    private final ServerSocket listening;
    private final PeerIdentity identity;
    private final Leases leases;
    private final Consumer<Lease> freed;
    private final ExecutorService threads;
    private final Gate gate;
    private final Set<SideChannel> open = ConcurrentHashMap.newKeySet();

    private SideChannelServer(
            ServerSocket listening,
            PeerIdentity identity,
            Leases leases,
            Consumer<Lease> freed,
            ExecutorService threads,
            Gate gate) {
        this.listening = listening;
        this.identity = identity;
        this.leases = leases;
        this.freed = freed;
        this.threads = threads;
        this.gate = gate;
    }

    /**
     * Starts to listen on the loopback interface.
     *
     * @param port 0 for a free one
     * @param freed told of leases that ended because their blocks were pulled
     * @param threads where connections are served; closed by whoever owns it
     * @param gate what is asked for waits while it is shut
     */
    static SideChannelServer start(
            int port, PeerIdentity identity, Leases leases, Consumer<Lease> freed, ExecutorService threads, Gate gate)
            throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), port));
        } catch (IOException e) {
            socket.close();
            throw new IOException("the side channel port " + port + " cannot be bound: " + e.getMessage(), e);
        }
        SideChannelServer server = new SideChannelServer(socket, identity, leases, freed, threads, gate);
        threads.execute(server::accept);
        return server;
    }

    int port() {
        return listening.getLocalPort();
    }

    @Override
    public void close() {
        closeQuietly(listening);
        open.forEach(SideChannelServer::closeQuietly);
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                if (!listening.isClosed()) {
                    LOG.warn("the side channel could not take a connection", e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (SideChannel channel = new SideChannel(socket, READ_TIMEOUT_MILLIS)) {
            open.add(channel);
            try {
                if (!listening.isClosed()) {
                    converse(channel);
                }
            } finally {
                open.remove(channel);
            }
        } catch (IOException e) {
            LOG.debug("a decode node has left the side channel", e);
        }
    }

    private void converse(SideChannel channel) throws IOException {
        while (true) {
            byte type = channel.readType();
            gate.pass();
            switch (type) {
                case SideChannel.HELLO -> {
                    channel.readIdentity();
                    channel.hello(identity);
                }
                case SideChannel.PULL -> lend(channel, channel.readPull());
                case SideChannel.RELEASE -> {
                    channel.readRequests().forEach(id -> leases.release(id).forEach(freed));
                    channel.done();
                }
                case SideChannel.RENEW -> {
                    leases.renew(channel.readRequests());
                    channel.done();
                }
                default -> throw new IOException("side channel: unexpected frame " + type);
            }
        }
    }

    /** Sends the blocks, and holds on to them until the reader says it is done or has gone. */
    private void lend(SideChannel channel, PullRequest pull) throws IOException {
        Lease lease;
        try {
            lease = leases.begin(pull);
        } catch (TransferException e) {
            channel.refuse(String.valueOf(e.getMessage()));
            return;
        }
        try {
            channel.blocks(lease.content().subList(pull.firstBlock(), lease.blocks().length));
            channel.expect(SideChannel.DONE);
            leases.release(pull.requestId()).forEach(freed);
        } finally {
            leases.end(pull.requestId());
        }
        channel.done();
    }

    private static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            LOG.debug("closing the side channel", e);
        }
    }
}
