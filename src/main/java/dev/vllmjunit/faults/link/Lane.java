package dev.vllmjunit.faults.link;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One direction of one connection: what one side has sent and the other does not have yet. Used from the link's event loop. */
final class Lane {

    /** Beyond it the sender is no longer read, as a full socket buffer would do. */
    private static final int MOST_BYTES = 1 << 20;

    /** A limited rate is kept in steps of this part of a second. */
    private static final long STEPS_PER_SECOND = 20;

    private final Channel from;
    private final Channel to;
    private final Pace pace;
    private final Supplier<Condition> condition;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private long waiting;
    private int overdue;
    private @Nullable ScheduledFuture<?> next;
    private boolean ended;

    private record Piece(ByteBuf bytes, long dueNanos) {}

    Lane(Channel from, Channel to, Pace pace, Supplier<Condition> condition) {
        this.from = from;
        this.to = to;
        this.pace = pace;
        this.condition = condition;
    }

    /** Takes the bytes over. */
    void take(ByteBuf bytes) {
        Condition now = condition.get();
        int step = (int) Math.max(1, Math.min(Integer.MAX_VALUE, now.bytesPerSecond() / STEPS_PER_SECOND));
        waiting += bytes.readableBytes();
        while (bytes.readableBytes() > step) {
            add(bytes.readRetainedSlice(step), now);
        }
        add(bytes, now);
        from.config().setAutoRead(waiting < MOST_BYTES);
        pass();
    }

    private void add(ByteBuf bytes, Condition now) {
        pieces.add(new Piece(bytes, pace.passed(System.nanoTime(), bytes.readableBytes(), now)));
    }

    /** The sender has closed: the other side learns it after the last byte. */
    void end() {
        ended = true;
        pass();
    }

    /** Hands over what is due, unless the link is cut; comes again for the next piece. */
    void pass() {
        long now = System.nanoTime();
        while (isDue(now) && !condition.get().isCut() && to.isWritable()) {
            Piece piece = pieces.remove();
            overdue = Math.max(0, overdue - 1);
            waiting -= piece.bytes.readableBytes();
            to.writeAndFlush(piece.bytes);
        }
        if (!from.config().isAutoRead() && waiting < MOST_BYTES / 2) {
            from.config().setAutoRead(true);
        }
        if (!condition.get().isCut() && to.isWritable()) {
            goOn(now);
        }
    }

    private boolean isDue(long now) {
        return !pieces.isEmpty() && (overdue > 0 || pieces.element().dueNanos - now <= 0);
    }

    private void goOn(long now) {
        if (pieces.isEmpty()) {
            closeIfEnded();
        } else if (next == null) {
            next = to.eventLoop().schedule(this::comeAgain, pieces.element().dueNanos - now, TimeUnit.NANOSECONDS);
        }
    }

    private void comeAgain() {
        next = null;
        pass();
    }

    private void closeIfEnded() {
        if (ended) {
            to.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** Everything that waits is due at once. */
    void hurry() {
        overdue = pieces.size();
        if (next != null) {
            next.cancel(false);
            next = null;
        }
        pass();
    }

    /** Drops what waits. */
    void release() {
        pieces.forEach(piece -> piece.bytes.release());
        pieces.clear();
    }
}
