package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets a driver drive a canned server on its own event loop, so that its code is loaded and compiled before it measures. */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);
    private static final AtomicBoolean DONE = new AtomicBoolean();

    private static final int REQUESTS = 20;
    private static final int MOST_ROUNDS = 15;
    private static final long ENOUGH_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final int EVENTS = 64;
    private static final Duration LONGEST = Duration.ofSeconds(1);
    private static final String EVENT =
            "data: {\"id\":\"cmpl-0\",\"object\":\"text_completion\",\"created\":0,\"model\":\"m\","
                    + "\"choices\":[{\"index\":0,\"text\":\" a\",\"logprobs\":null,\"finish_reason\":null,\"stop_reason\":null}]}\n\n";

    private WarmUp() {}

    /** Compiled code belongs to the JVM: the first driver warms up for all. */
    static void once(Transport transport, NettyLoadDriver driver) {
        if (DONE.compareAndSet(false, true)) {
            ChannelFuture bound = serve(transport).awaitUninterruptibly();
            if (bound.isSuccess()) {
                drive(driver, bound.channel());
            } else {
                LOG.info("Not warmed up: no loopback port", bound.cause());
            }
        }
    }

    private static void drive(NettyLoadDriver driver, Channel server) {
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        long start = System.nanoTime();
        try {
            for (int i = 0; i < MOST_ROUNDS && System.nanoTime() - start < ENOUGH_NANOS; i++) {
                driver.run(schedule(), endpoint, LONGEST, finished -> {});
            }
        } finally {
            server.close().awaitUninterruptibly();
        }
    }

    private static Schedule schedule() {
        List<PlannedRequest> requests = IntStream.range(0, REQUESTS)
                .mapToObj(index ->
                        new PlannedRequest(index, 0, index, false, Duration.ZERO, 1, EVENTS, new byte[] {'{', '}'}))
                .toList();
        return new Schedule("warm-up", "/", new Arrivals.ClosedLoop(8), requests);
    }

    private static ChannelFuture serve(Transport transport) {
        return new ServerBootstrap()
                .group(transport.group())
                .channel(transport.serverChannel())
                .childHandler(new Canned())
                .bind(InetAddress.getLoopbackAddress(), 0);
    }

    /** Answers whatever comes in, which is always one whole small request, event by event. */
    @Sharable
    @SuppressWarnings("FutureReturnValueIgnored") // the driver sees what goes wrong
    private static final class Canned extends SimpleChannelInboundHandler<ByteBuf> {

        private static final byte[] HEAD =
                ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        private static final byte[] CHUNK = ascii(Integer.toHexString(EVENT.length()) + "\r\n" + EVENT + "\r\n");
        private static final byte[] END = ascii("e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
            context.writeAndFlush(Unpooled.wrappedBuffer(HEAD));
            for (int i = 0; i < EVENTS; i++) {
                context.writeAndFlush(Unpooled.wrappedBuffer(CHUNK));
            }
            context.writeAndFlush(Unpooled.wrappedBuffer(END));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }

        private static byte[] ascii(String text) {
            return text.getBytes(US_ASCII);
        }
    }
}
