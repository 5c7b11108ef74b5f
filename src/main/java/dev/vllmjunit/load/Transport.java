package dev.vllmjunit.load;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * One event loop thread and the sockets that go with it.
 *
 * @param group of one thread
 * @param channel type of its sockets
 * @param serverChannel type of its listening sockets
 * @param timerErrorNanos how much later than asked for its timers usually run
 */
record Transport(
        EventLoopGroup group,
        Class<? extends SocketChannel> channel,
        Class<? extends ServerSocketChannel> serverChannel,
        long timerErrorNanos) {

    /** Linux's epoll where its library loads, otherwise the JDK's selector. */
    static Transport best() {
        return Epoll.isAvailable() ? epoll() : nio();
    }

    /** Its timers are the kernel's, in nanoseconds. */
    static Transport epoll() {
        return new Transport(
                new EpollEventLoopGroup(1, threads()),
                EpollSocketChannel.class,
                EpollServerSocketChannel.class,
                TimeUnit.MICROSECONDS.toNanos(200));
    }

    /** A selector waits whole milliseconds. */
    static Transport nio() {
        return new Transport(
                new NioEventLoopGroup(1, threads()),
                NioSocketChannel.class,
                NioServerSocketChannel.class,
                TimeUnit.MICROSECONDS.toNanos(2_000));
    }

    private static ThreadFactory threads() {
        return new DefaultThreadFactory("vllm-load", true);
    }
}
