package dev.vllmjunit.faults.link;

import dev.vllmjunit.faults.link.Condition.Passage;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network link of a stack that goes through this JVM, on the loopback interface: any number of addresses that are reached through it,
 * all in the same condition. Bytes pass as they are, in their order; TLS is not looked into. Healthy at first, it costs a hop on the
 * loopback interface. Thread-safe. A change holds for everything that passes after the call has returned.
 */
public final class FaultyLink implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FaultyLink.class);
    private static final int CONNECT_MILLIS = 5_000;
    private static final long WAIT_SECONDS = 10;

    private final String name;
    private final Sockets sockets;
    private final Map<InetSocketAddress, Door> doors = new HashMap<>();
    private final Set<Pipe> pipes = new HashSet<>();
    private final Set<Channel> refused = new HashSet<>();
    private final Pace there = new Pace();
    private final Pace back = new Pace();
    private volatile Condition condition = Condition.HEALTHY;

    /**
     * A link without addresses.
     *
     * @param name for its thread
     */
    public FaultyLink(String name) {
        this.name = name;
        this.sockets = Sockets.open(name);
    }

    /**
     * Where the address is reached through this link: a port of 127.0.0.1 that stays the same for an address until the link is closed.
     *
     * @throws IllegalStateException if the link is closed
     */
    public InetSocketAddress through(String host, int port) {
        synchronized (doors) {
            return doors.computeIfAbsent(InetSocketAddress.createUnresolved(host, port), this::door)
                    .address();
        }
    }

    private Door door(InetSocketAddress target) {
        if (sockets.group().isShuttingDown()) {
            throw new IllegalStateException("the " + name + " link is closed");
        }
        Door door = new Door(new ServerBootstrap()
                .group(sockets.group())
                .channel(sockets.serverChannel())
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        accepted(client, target);
                    }
                }));
        if (condition.isRefused()) {
            door.shut();
        }
        return door;
    }

    private void accepted(SocketChannel client, InetSocketAddress target) {
        if (condition.isRefused()) {
            reset(client);
            return;
        }
        if (condition.isForbidden()) {
            refused.removeIf(channel -> !channel.isOpen());
            refused.add(client);
            Forbidding.on(client);
            return;
        }
        ChannelFuture connecting = new Bootstrap()
                .group(client.eventLoop())
                .channel(sockets.channel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(target.getHostString(), target.getPort());
        connecting.addListener(done -> connected(client, connecting));
    }

    private void connected(SocketChannel client, ChannelFuture connecting) {
        if (!connecting.isSuccess()) {
            LOG.debug("the {} link does not get through", name, connecting.cause());
            reset(client);
            return;
        }
        pipes.removeIf(pipe -> !pipe.isOpen());
        pipes.add(Pipe.between(client, connecting.channel(), this));
    }

    private static void reset(SocketChannel client) {
        client.config().setSoLinger(0);
        client.close();
    }

    /**
     * Everything arrives so much later, each way; a round trip takes twice as long more.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public void delay(Duration later) {
        if (later.isNegative()) {
            throw new IllegalArgumentException("a link cannot be early: the delay is " + later + "; give 0 or more");
        }
        change(now -> now.delayed(later.toNanos()));
    }

    /**
     * So many bytes pass in a second at most, each way, all connections together.
     *
     * @throws IllegalArgumentException if it is not above 0; {@link #cut} lets nothing pass
     */
    public void limit(long bytesPerSecond) {
        if (bytesPerSecond <= 0) {
            throw new IllegalArgumentException(
                    "the limit is " + bytesPerSecond + " bytes per second; give 1 or more, or cut the link");
        }
        change(now -> now.limited(bytesPerSecond));
    }

    /**
     * Nothing passes any more, and nobody is told, as when a cable is pulled: connections stay open, new ones are accepted and stay
     * silent, and what was sent arrives when the link is healed.
     */
    public void cut() {
        open();
        change(now -> now.with(Passage.CUT));
    }

    /**
     * Breaks off every connection and refuses new ones, as when the program at the other end has ended; ports stay as they are.
     *
     * @throws java.io.UncheckedIOException if another program takes a port at that moment
     */
    public void refuse() {
        change(now -> now.with(Passage.REFUSED));
        synchronized (doors) {
            doors.values().forEach(Door::shut);
        }
        onLoop(() -> pipes.forEach(Pipe::close));
    }

    /**
     * Breaks off every connection, and answers each HTTP request on new ones with 403 InvalidAccessKeyId, as an S3 store does that does
     * not know the key any more.
     */
    public void forbid() {
        open();
        change(now -> now.with(Passage.FORBIDDEN));
        onLoop(() -> pipes.forEach(Pipe::close));
    }

    /** As it was made: no delay, no limit, not cut, nothing refused. What was held back passes at once. */
    public void heal() {
        change(now -> Condition.HEALTHY);
        open();
        onLoop(() -> {
            there.reset(System.nanoTime());
            back.reset(System.nanoTime());
            refused.forEach(Channel::close);
            refused.clear();
            pipes.forEach(Pipe::healed);
        });
    }

    private void open() {
        synchronized (doors) {
            doors.values().forEach(Door::open);
        }
    }

    private void change(UnaryOperator<Condition> how) {
        onLoop(() -> {
            condition = how.apply(condition);
            pipes.forEach(Pipe::changed);
        });
    }

    private void onLoop(Runnable action) {
        if (!sockets.group().isShuttingDown()) {
            sockets.group().submit(action).awaitUninterruptibly(WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }

    Condition condition() {
        return condition;
    }

    Pace there() {
        return there;
    }

    Pace back() {
        return back;
    }

    /** Stops listening and closes every connection; waits some seconds at most. Closing twice is harmless. */
    @Override
    public void close() {
        synchronized (doors) {
            doors.values().forEach(Door::close);
        }
        onLoop(() -> {
            pipes.forEach(Pipe::close);
            refused.forEach(Channel::close);
        });
        sockets.group()
                .shutdownGracefully(0, WAIT_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(WAIT_SECONDS, TimeUnit.SECONDS);
    }
}
