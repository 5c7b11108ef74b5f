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
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A server that answers each request with the steps of a script, byte for byte. */
@SuppressWarnings("FutureReturnValueIgnored") // the driver under test sees what goes wrong
final class ScriptedServer implements AutoCloseable {

    /** Something a server does with a connection. */
    sealed interface Step {}

    record Send(String bytes) implements Step {}

    record Pause(long millis) implements Step {}

    record Close() implements Step {}

    record Reset() implements Step {}

    /** A request as it came. */
    record Received(int number, String head, String body, long nanos, int unanswered) {

        String header(String name) {
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":"))
                    .map(line -> line.substring(name.length() + 1).strip())
                    .findFirst()
                    .orElseThrow();
        }
    }

    private final EventLoopGroup group = new NioEventLoopGroup(1, new DefaultThreadFactory("scripted-server", true));
    private final Function<Received, List<Step>> script;
    private final Channel channel;
    final List<Received> received = new CopyOnWriteArrayList<>();
    final AtomicInteger accepted = new AtomicInteger();
    final AtomicInteger open = new AtomicInteger();
    private int unanswered;

    ScriptedServer(Function<Received, List<Step>> script) {
        this.script = script;
        this.channel = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(new Conversation());
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Answers each request with the same bytes at once. */
    static ScriptedServer answering(String response) {
        return new ScriptedServer(request -> List.of(new Send(response)));
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) channel.localAddress()).getPort());
    }

    String url() {
        return endpoint() + "/v1/completions";
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private final class Conversation extends ChannelInboundHandlerAdapter {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void channelActive(ChannelHandlerContext context) {
            accepted.incrementAndGet();
            open.incrementAndGet();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            open.decrementAndGet();
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            ByteBuf buffer = (ByteBuf) message;
            buffer.readBytes(bytes, buffer.readableBytes());
            buffer.release();
            String text = bytes.toString(ISO_8859_1);
            int headEnd = text.indexOf("\r\n\r\n") + 4;
            if (headEnd < 4) {
                return;
            }
            Received head = new Received(0, text.substring(0, headEnd), "", 0, 0);
            int length = Integer.parseInt(head.header("Content-Length"));
            if (text.length() == headEnd + length) {
                bytes.reset();
                Received request = new Received(
                        received.size(), head.head(), text.substring(headEnd), System.nanoTime(), ++unanswered);
                received.add(request);
                play(context, script.apply(request), 0);
            }
        }

        private void play(ChannelHandlerContext context, List<Step> steps, int position) {
            if (position == steps.size()) {
                unanswered--;
                return;
            }
            Runnable rest = () -> play(context, steps, position + 1);
            Step step = steps.get(position);
            if (step instanceof Send send) {
                context.writeAndFlush(Unpooled.copiedBuffer(send.bytes(), UTF_8));
                rest.run();
            } else if (step instanceof Pause pause) {
                context.executor().schedule(rest, pause.millis(), TimeUnit.MILLISECONDS);
            } else if (step instanceof Close) {
                context.close();
                rest.run();
            } else {
                context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
                context.close();
                rest.run();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
