package dev.vllmjunit.faults.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** One connection through a link, with a lane for each direction. Used from the link's event loop. */
final class Pipe {

    private final Channel client;
    private final Channel server;
    private final Lane there;
    private final Lane back;

    private Pipe(Channel client, Channel server, Lane there, Lane back) {
        this.client = client;
        this.server = server;
        this.there = there;
        this.back = back;
    }

    /** Both channels are open, and neither is read yet. */
    static Pipe between(Channel client, Channel server, FaultyLink link) {
        Lane there = new Lane(client, server, link.there(), link::condition);
        Lane back = new Lane(server, client, link.back(), link::condition);
        client.pipeline().addLast(new End(there, back));
        server.pipeline().addLast(new End(back, there));
        client.config().setAutoRead(true);
        server.config().setAutoRead(true);
        return new Pipe(client, server, there, back);
    }

    /** The link's condition is another. */
    void changed() {
        there.pass();
        back.pass();
    }

    /** As {@link #changed}; what waits has waited long enough. */
    void healed() {
        there.hurry();
        back.hurry();
    }

    boolean isOpen() {
        return client.isOpen() || server.isOpen();
    }

    /** Closes both sides at once, and drops what is on its way. */
    void close() {
        there.release();
        back.release();
        client.close();
        server.close();
    }

    /** What comes in at one end. */
    private static final class End extends ChannelInboundHandlerAdapter {

        private final Lane outgoing;
        private final Lane incoming;

        End(Lane outgoing, Lane incoming) {
            this.outgoing = outgoing;
            this.incoming = incoming;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            outgoing.take((ByteBuf) message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            incoming.pass();
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            outgoing.end();
            incoming.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
