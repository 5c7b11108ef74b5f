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
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * A server in a process of its own that does what a request's {@link Plan} asks for and tells in its answer what it did:
 * {@link Truth}. Its arguments are {@code spin}, to look for requests without ever sleeping, on a core of its own; and the times
 * to first token and between tokens, in microseconds, and the number of tokens of requests without a plan. Prints its port.
 */
final class ReferenceServer {

    /** Start of its event loop's name, when it spins. */
    static final String THREAD = "reference";

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
        Channel channel =
                spin ? serveSpinning(others) : serve(new EpollEventLoopGroup(1), others, new DueTokens.OfLoop());
        int port = ((InetSocketAddress) channel.localAddress()).getPort();
        if (spin) {
            warmUp(URI.create("http://127.0.0.1:" + port));
        }
        System.out.println(port);
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    /** Writes one token at most before it looks for requests again, so that none waits for its time of receipt. */
    private static Channel serveSpinning(Plan others) throws InterruptedException {
        DueTokens.OfQueue due = new DueTokens.OfQueue();
        SelectStrategy poll = (selectNow, hasTasks) -> {
            due.writeOne();
            return selectNow.get();
        };
        return serve(new EpollEventLoopGroup(1, new DefaultThreadFactory(THREAD), () -> poll), others, due);
    }

    /** So that a client that is measured against it from its first request on doesn't wait for this JVM's compiler. */
    private static void warmUp(URI self) {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            for (Plan plan : List.of(new Plan(1_000, 1_000, 60), new Plan(1_000, 10_000, 30), new Plan(0, 0, 500))) {
                for (int promptBytes : new int[] {0, 150_000}) {
                    driver.run(plan.closedLoop(100, 400, promptBytes), self, Duration.ofSeconds(10), finished -> {});
                }
            }
            Tally.ask(self);
        }
    }

    private static Channel serve(EventLoopGroup group, Plan others, DueTokens due) throws InterruptedException {
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
                        child.pipeline().addLast(new ReferenceStream(child, others, tally, due));
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
    }
}
