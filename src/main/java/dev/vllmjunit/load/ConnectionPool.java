package dev.vllmjunit.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
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

    private final Target target;
    private final Connection.Owner owner;
    private final Bootstrap bootstrap;
    private final ChannelGroup open;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final byte[] scratch = new byte[READ_BYTES];
    private final EventScanner scanner = new EventScanner();
    private int opened;

    ConnectionPool(Transport transport, Target target, Duration timeout, Connection.Owner owner) {
        this.target = target;
        this.owner = owner;
        this.open = new DefaultChannelGroup(transport.group().next());
        this.bootstrap = new Bootstrap()
                .group(transport.group())
                .channel(transport.channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, connectMillis(timeout))
                .option(
                        ChannelOption.RCVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_IN_A_ROW));
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

    /** Counts the idle time of all that are idle from now on. */
    void refresh(long now) {
        idle.forEach(connection -> connection.idle(now));
    }

    /** Opens another connection and tells how that went: the connection, or why there is none. */
    void connect(BiConsumer<Connection, @Nullable Throwable> whenDone) {
        Connection connection = new Connection(owner, scratch, scanner);
        ChannelFuture connecting = bootstrap.clone().handler(connection).connect(target.address());
        open.add(connecting.channel());
        connecting.addListener(future -> {
            opened += future.isSuccess() ? 1 : 0;
            whenDone.accept(connection, future.cause());
        });
    }

    int opened() {
        return opened;
    }

    void close() {
        idle.clear();
        open.close();
    }
}
