package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own whose answers tell the truth: the text of each event is the time at which the request was
 * complete at its socket and the time at which the event was written, on the clock that both processes share. A request starts with
 * {@code {"ttftMicros":…,"gapMicros":…,"max_tokens":…,}}; with a gap of 0 it is flooded with prepared events instead. Prints its port.
 */
@SuppressWarnings("FutureReturnValueIgnored") // the driver sees what goes wrong
final class ReferenceServer {

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");
    private static final Pattern PLAN =
            Pattern.compile("\\{\"ttftMicros\":(\\d+),\"gapMicros\":(\\d+),\"max_tokens\":(\\d+),");
    private static final int FLOOD_EVENTS = 128;

    private ReferenceServer() {}

    public static void main(String[] arguments) throws Exception {
        EventLoopGroup group = new EpollEventLoopGroup(1);
        Channel channel = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 16_384)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(new Stream());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        System.out.println(((InetSocketAddress) channel.localAddress()).getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static final class Stream extends ChannelInboundHandlerAdapter {

        private static final ByteBuf FLOOD = flood();
        private final StringBuilder head = new StringBuilder();
        private long bodyBytes = -1;
        private long receivedNanos;
        private long nextNanos;
        private long gapNanos;
        private int tokens;
        private int sent;

        private static ByteBuf flood() {
            String event = Responses.chunks(Responses.event(" word", "null"));
            return Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                    .writeBytes(event.repeat(FLOOD_EVENTS).getBytes(UTF_8)));
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            int seen = Math.min(buffer.readableBytes(), Math.max(0, 600 - head.length()));
            head.append(buffer.toString(buffer.readerIndex(), seen, ISO_8859_1));
            int readable = buffer.readableBytes();
            buffer.release();
            if (bodyBytes < 0) {
                int headEnd = head.indexOf("\r\n\r\n") + 4;
                Matcher length = LENGTH.matcher(head);
                bodyBytes = length.find() ? Long.parseLong(length.group(1)) - (readable - headEnd) : 0;
            } else {
                bodyBytes -= readable;
            }
            if (bodyBytes == 0) {
                begin(context);
            }
        }

        private void begin(ChannelHandlerContext context) {
            receivedNanos = System.nanoTime();
            Matcher plan = PLAN.matcher(head);
            if (!plan.find()) {
                throw new IllegalStateException("no plan in " + head);
            }
            nextNanos = receivedNanos + TimeUnit.MICROSECONDS.toNanos(Long.parseLong(plan.group(1)));
            gapNanos = TimeUnit.MICROSECONDS.toNanos(Long.parseLong(plan.group(2)));
            tokens = Integer.parseInt(plan.group(3));
            sent = 0;
            head.setLength(0);
            bodyBytes = -1;
            write(context, Responses.head("text/event-stream", "Transfer-Encoding: chunked"));
            context.flush();
            if (gapNanos == 0) {
                flood(context);
            } else {
                later(context);
            }
        }

        private void later(ChannelHandlerContext context) {
            context.executor().schedule(() -> token(context), nextNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        }

        private void token(ChannelHandlerContext context) {
            sent++;
            String reason = sent == tokens ? "\"length\"" : "null";
            write(context, Responses.chunks(Responses.event(receivedNanos + ":" + System.nanoTime() + " ", reason)));
            if (sent == tokens) {
                end(context);
            } else {
                nextNanos += gapNanos;
                later(context);
            }
            context.flush();
        }

        private void flood(ChannelHandlerContext context) {
            while (sent + FLOOD_EVENTS < tokens && context.channel().isWritable()) {
                sent += FLOOD_EVENTS;
                context.writeAndFlush(FLOOD.duplicate());
            }
            if (sent + FLOOD_EVENTS >= tokens && sent < tokens) {
                String one = Responses.chunks(Responses.event(" word", "null"));
                int rest = tokens - sent - 1;
                sent = tokens;
                write(context, one.repeat(rest) + Responses.chunks(Responses.event(" word", "\"length\"")));
                end(context);
                context.flush();
            }
        }

        private void end(ChannelHandlerContext context) {
            write(context, Responses.chunks(Responses.usage(tokens), Responses.DONE) + "0\r\n\r\n");
        }

        private static void write(ChannelHandlerContext context, String text) {
            context.write(
                    context.alloc().ioBuffer(text.length()).writeBytes(text.getBytes(ISO_8859_1)),
                    context.voidPromise());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            if (gapNanos == 0 && sent < tokens) {
                flood(context);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
