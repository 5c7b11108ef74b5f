package dev.vllmjunit.load;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SelectStrategy;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * A server in a process of its own that does what a request's {@link Plan} asks for and tells in its answer what it did:
 * {@link Truth}. Its arguments are {@code spin}, to look for requests without ever sleeping, on a core of its own; and the times
 * to first token and between tokens, in microseconds, and the number of tokens of requests without a plan. Prints its port.
 */
final class ReferenceServer {

    /** The largest buffers that Netty keeps at hand. */
    private static final int READ_BYTES = 32 << 10;

    private ReferenceServer() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        boolean spin = given.contains("spin");
        List<Integer> numbers = given.stream()
                .filter(word -> !word.equals("spin"))
                .map(Integer::valueOf)
                .toList();
        Plan others = numbers.isEmpty() ? new Plan(0, 0, 1) : new Plan(numbers.get(0), numbers.get(1), numbers.get(2));
        Channel channel = serve(spin ? spinning() : new EpollEventLoopGroup(1), others);
        System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static EventLoopGroup spinning() {
        SelectStrategy poll = (selectNow, hasTasks) -> selectNow.get();
        return new EpollEventLoopGroup(1, new DefaultThreadFactory("reference"), () -> poll);
    }

    private static Channel serve(EventLoopGroup group, Plan others) throws InterruptedException {
        Tally tally = new Tally();
        return new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 16_384)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(
                        ChannelOption.RCVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(16))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(new ReferenceStream(child, others, tally));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }
}
