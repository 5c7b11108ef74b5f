package dev.vllmjunit.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One connection, with at most one request on it at a time. Used from the event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // failures come through exceptionCaught and channelInactive
final class Connection extends ChannelInboundHandlerAdapter {

    /** Told how a request on a connection ended. */
    interface Owner {

        /** The response is complete. */
        void answered(Exchange exchange, Connection connection, long now);

        /** The response will never be complete; the connection is being closed. */
        void broke(Exchange exchange, String what);
    }

    private final Owner owner;
    private final byte[] scratch;
    private final ResponseReader reader;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Exchange exchange;
    private long idleSinceNanos;

    /**
     * A connection yet to be opened.
     *
     * @param scratch where all connections of the loop put what they read
     */
    Connection(Owner owner, byte[] scratch, EventScanner scanner) {
        this.owner = owner;
        this.scratch = scratch;
        this.reader = new ResponseReader(new EventReader(scanner));
    }

    /** Sends a request; both buffers are released. */
    void send(Exchange next, ByteBuf head, ByteBuf body) {
        ChannelHandlerContext open = Objects.requireNonNull(context);
        exchange = next;
        reader.expect(next.answer);
        open.write(head, open.voidPromise());
        next.sent(System.nanoTime(), this);
        open.writeAndFlush(body, open.voidPromise());
    }

    void idle(long nanos) {
        idleSinceNanos = nanos;
    }

    /** Whether it is open and was used a short time ago: servers close connections that are idle for some seconds. */
    boolean isUsable(long now, long longestIdleNanos) {
        return context != null && context.channel().isActive() && now - idleSinceNanos <= longestIdleNanos;
    }

    boolean leavesConnectionUsable() {
        return reader.leavesConnectionUsable();
    }

    void close() {
        exchange = null;
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        long now = System.nanoTime();
        ByteBuf buffer = (ByteBuf) message;
        try {
            read(buffer, now);
        } catch (MalformedResponse e) {
            broke("malformed response: " + e.getMessage());
        } finally {
            buffer.release();
        }
    }

    private void read(ByteBuf buffer, long now) {
        while (buffer.isReadable()) {
            int length = Math.min(buffer.readableBytes(), scratch.length);
            buffer.readBytes(scratch, 0, length);
            reader.read(scratch, 0, length, now);
        }
        endIfComplete(now);
    }

    private void endIfComplete(long now) {
        Exchange answered = exchange;
        if (answered != null && reader.isComplete()) {
            exchange = null;
            owner.answered(answered, this, now);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        try {
            long now = System.nanoTime();
            reader.closed(now);
            endIfComplete(now);
            broke("connection closed by the server");
        } catch (MalformedResponse e) {
            broke("malformed response: " + e.getMessage());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broke(Wording.connection(cause));
    }

    private void broke(String what) {
        Exchange broken = exchange;
        close();
        if (broken != null) {
            owner.broke(broken, what);
        }
    }
}
