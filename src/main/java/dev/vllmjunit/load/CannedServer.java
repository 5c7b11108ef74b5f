package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.SimpleChannelInboundHandler;
import java.net.InetAddress;
import java.util.Arrays;

/** What {@link WarmUp} drives: answers every {@link #request} event by event, as a server that generates does. */
@SuppressWarnings("FutureReturnValueIgnored") // the driver sees what goes wrong
final class CannedServer extends SimpleChannelInboundHandler<ByteBuf> {

    /** In each answer. */
    static final int EVENTS = 20;

    /** Some come late in reality, and then many in one read. */
    private static final int IN_ONE_READ = 10;

    private static final byte END_OF_REQUEST = '}';
    private static final String START =
            "data: {\"id\":\"cmpl-0\",\"object\":\"text_completion\",\"created\":0,\"model\":\"m\",";
    private static final ByteBuf HEAD =
            direct("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final ByteBuf TOKEN = direct(chunk(choice("null")));
    private static final ByteBuf LAST = direct(chunk(choice("\"length\"")));
    private static final ByteBuf END =
            direct(chunk(START + "\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"total_tokens\":" + (7 + EVENTS)
                            + ",\"completion_tokens\":" + EVENTS + "}}\n\n")
                    + chunk("data: [DONE]\n\n") + "0\r\n\r\n");

    private int left;

    private CannedServer() {}

    /** Starts one on the transport's event loop and a free port of the loopback device. */
    static ChannelFuture start(Transport transport) {
        return new ServerBootstrap()
                .group(transport.group())
                .channel(transport.serverChannel())
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        child.pipeline().addLast(new CannedServer());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0);
    }

    /** A body whose end it knows. */
    static byte[] request(int bytes) {
        byte[] body = new byte[bytes];
        Arrays.fill(body, (byte) ' ');
        body[bytes - 1] = END_OF_REQUEST;
        return body;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf request) {
        if (request.getByte(request.writerIndex() - 1) == END_OF_REQUEST) {
            left = EVENTS;
            context.write(HEAD.duplicate());
            next(context);
        }
    }

    private void next(ChannelHandlerContext context) {
        int events = left == EVENTS / 2 ? IN_ONE_READ : 1;
        for (int i = 0; i < events; i++) {
            context.write((--left == 0 ? LAST : TOKEN).duplicate());
        }
        if (left > 0) {
            context.executor().execute(() -> next(context));
        } else {
            context.write(END.duplicate());
        }
        context.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }

    private static String choice(String finishReason) {
        return START + "\"choices\":[{\"index\":0,\"text\":\" tokenization\",\"logprobs\":null,\"finish_reason\":"
                + finishReason + ",\"stop_reason\":null}]}\n\n";
    }

    private static String chunk(String event) {
        return Integer.toHexString(event.length()) + "\r\n" + event + "\r\n";
    }

    private static ByteBuf direct(String text) {
        return Unpooled.unreleasableBuffer(ReceiveBuffer.PLAIN.directBuffer().writeBytes(text.getBytes(US_ASCII)));
    }
}
