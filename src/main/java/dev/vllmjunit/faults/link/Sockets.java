package dev.vllmjunit.faults.link;

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

/**
 * One event loop thread and the sockets that go with it; Linux's epoll where its library loads, whose timers are exact to less than a
 * millisecond.
 *
 * @param group of one thread
 * @param channel type of its sockets
 * @param serverChannel type of its listening sockets
 */
record Sockets(
        EventLoopGroup group,
        Class<? extends SocketChannel> channel,
        Class<? extends ServerSocketChannel> serverChannel) {

    static Sockets open(String name) {
        ThreadFactory threads = new DefaultThreadFactory("vllm-link-" + name, true);
        return Epoll.isAvailable()
                ? new Sockets(
                        new EpollEventLoopGroup(1, threads), EpollSocketChannel.class, EpollServerSocketChannel.class)
                : new Sockets(new NioEventLoopGroup(1, threads), NioSocketChannel.class, NioServerSocketChannel.class);
    }
}
