package dev.vllmjunit.faults.link;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.jspecify.annotations.Nullable;

/** The port of 127.0.0.1 behind which an address is reached, open or shut. Not thread-safe; not for an event loop, whose work it awaits. */
final class Door {

    private final ServerBootstrap entrance;
    private final InetSocketAddress address;
    private Channel listening;
    private @Nullable Socket keeper;

    /** An open one, at a free port. */
    Door(ServerBootstrap entrance) {
        this.entrance = entrance;
        this.listening = listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        this.address = (InetSocketAddress) listening.localAddress();
    }

    private Channel listen(InetSocketAddress at) {
        return entrance.clone().bind(at).syncUninterruptibly().channel();
    }

    InetSocketAddress address() {
        return address;
    }

    /** The system refuses connections from now on; a socket that is bound and does not listen keeps the port from others. */
    void shut() {
        if (keeper == null) {
            listening.close().syncUninterruptibly();
            keeper = bound();
        }
    }

    private Socket bound() {
        Socket socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(address);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException("port " + address.getPort() + " of a link was taken while it was shut", e);
        }
    }

    /** Takes connections again, at the same port. */
    void open() {
        if (keeper != null) {
            release();
            listening = listen(address);
        }
    }

    void close() {
        listening.close();
        release();
    }

    private void release() {
        Socket socket = keeper;
        keeper = null;
        try {
            if (socket != null) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
