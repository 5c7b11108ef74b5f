package dev.vllmjunit.load;

import dev.vllmjunit.tls.Tls;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The connections of one run: kept between requests, closed at its end. Used from the event loop only. */
@SuppressWarnings("FutureReturnValueIgnored") // closing needs no answer
final class ConnectionPool {

    /** Below the five seconds after which common HTTP servers close an idle connection. */
    private static final long LONGEST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final int READ_BYTES = 32 << 10;
    /** So that one flooding connection does not hold up the others. */
    private static final int READS_IN_A_ROW = 4;

    /** Far below what a server's backlog takes. */
    private static final int OPENING_AT_ONCE = 64;

    private final Target target;
    private final Tls tls;
    private final int connectMillis;
    private final Connection.Owner owner;
    private final Bootstrap bootstrap;
    private final ChannelGroup open;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final ReceiveBuffer receiveBuffer = new ReceiveBuffer(READ_BYTES, READS_IN_A_ROW);
    private final byte[] scratch = new byte[READ_BYTES];
    private final EventScanner scanner = new EventScanner();
    private int toOpen;
    private int opening;
    private int opened;

    ConnectionPool(Transport transport, Target target, Tls tls, Duration timeout, Connection.Owner owner) {
        this.target = target;
        this.tls = tls;
        this.connectMillis = connectMillis(timeout);
        this.owner = owner;
        this.open = new DefaultChannelGroup(transport.group().next());
        this.bootstrap = new Bootstrap()
                .group(transport.group())
                .channel(transport.channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis)
                .option(ChannelOption.RCVBUF_ALLOCATOR, target.secure() ? ofItsOwn() : receiveBuffer);
    }

    /** What decrypts keeps the part of a record until the rest comes. */
    private static RecvByteBufAllocator ofItsOwn() {
        return new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_IN_A_ROW);
    }

    /** Later than the request's own deadline, which says more. */
    private static int connectMillis(Duration timeout) {
        return (int) Math.min(Integer.MAX_VALUE, timeout.toMillis() + 1_000);
    }

    /** The connection that was used last, if it can still be used. */
    @Nullable
    Connection take(long now) {
        Connection candidate = idle.pollLast();
        while (candidate != null && !candidate.isUsable(now, LONGEST_IDLE_NANOS)) {
            candidate.close();
            candidate = idle.pollLast();
        }
        return candidate;
    }

    void giveBack(Connection connection, long now) {
        connection.idle(now);
        idle.addLast(connection);
    }

    /** Opens connections to be taken later, some at a time; those that fail are left to the requests that need them. */
    void openBeforehand(int count, Runnable whenDone) {
        toOpen = count;
        for (int i = 0; i < OPENING_AT_ONCE; i++) {
            openNext(whenDone);
        }
        if (opening == 0) {
            whenDone.run();
        }
    }

    private void openNext(Runnable whenDone) {
        if (toOpen == 0) {
            return;
        }
        toOpen--;
        opening++;
        connect((connection, failure) -> {
            opening--;
            if (failure == null) {
                giveBack(connection, System.nanoTime());
            }
            openNext(whenDone);
            if (opening == 0) {
                whenDone.run();
            }
        });
    }

    /** The first request is about to be sent: no more are opened beforehand, and idle time counts from now. */
    void begun(long now) {
        toOpen = 0;
        idle.forEach(connection -> connection.idle(now));
    }

    /** Opens another connection and tells how that went: the connection, or why there is none. */
    void connect(BiConsumer<Connection, @Nullable Throwable> whenDone) {
        Connection connection = new Connection(owner, scratch, scanner);
        ChannelFuture connecting =
                bootstrap.clone().handler(handlerOf(connection)).connect(target.address());
        open.add(connecting.channel());
        connecting.addListener(future -> {
            if (future.isSuccess() && target.secure()) {
                connecting
                        .channel()
                        .pipeline()
                        .get(SslHandler.class)
                        .handshakeFuture()
                        .addListener(shaken -> done(connection, shaken.cause(), whenDone));
            } else {
                done(connection, future.cause(), whenDone);
            }
        });
    }

    private ChannelHandler handlerOf(Connection connection) {
        return target.secure()
                ? new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        SslHandler encryption = tls.handler(
                                channel.alloc(),
                                target.address().getHostString(),
                                target.address().getPort());
                        encryption.setHandshakeTimeoutMillis(connectMillis);
                        channel.pipeline().addLast(encryption, connection);
                    }
                }
                : connection;
    }

    /** Open is what can be written to: with TLS, after the handshake. */
    private void done(
            Connection connection, @Nullable Throwable failure, BiConsumer<Connection, @Nullable Throwable> whenDone) {
        opened += failure == null ? 1 : 0;
        whenDone.accept(connection, failure);
    }

    int opened() {
        return opened;
    }

    void close() {
        toOpen = 0;
        idle.clear();
        open.close();
        receiveBuffer.release();
    }
}
