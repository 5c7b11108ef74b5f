package dev.vllmjunit.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One connection of {@link ReferenceServer}: answers one request after the other from prepared bytes. */
@SuppressWarnings("FutureReturnValueIgnored") // the driver sees what goes wrong
final class ReferenceStream extends ChannelInboundHandlerAdapter implements DueTokens.Stream {

    private static final Pattern LENGTH = Pattern.compile("content-length: *(\\d+)");
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};
    private static final String MARK = "0".repeat(Truth.DIGITS);
    private static final byte[] HEAD =
            ascii(Responses.head("text/event-stream; charset=utf-8", "Transfer-Encoding: chunked"));
    /** Megabytes of a flood wait in the system's buffers: only a client that closes the connection has read it all. */
    private static final byte[] LAST_HEAD = ascii(
            Responses.head("text/event-stream; charset=utf-8", "Transfer-Encoding: chunked", "Connection: close"));

    private static final byte[] FIRST = ascii(Responses.chunks(Responses.event(MARK + MARK, "null")));
    private static final byte[] NEXT = ascii(Responses.chunks(Responses.event(MARK, "null")));
    private static final byte[] LAST = ascii(Responses.chunks(Responses.event(MARK, "\"length\"")));
    private static final byte[] ONLY = ascii(Responses.chunks(Responses.event(MARK + MARK, "\"length\"")));
    private static final int TIME_IN_CHUNK = new String(NEXT, ISO_8859_1).indexOf(MARK);
    private static final int FLOOD_EVENTS = 128;
    private static final ByteBuf FLOOD = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
            .writeBytes(ascii(Responses.chunks(Responses.event(" word", "null")).repeat(FLOOD_EVENTS))));

    private final Channel channel;
    private final Plan others;
    private final Tally tally;
    private final DueTokens due;
    private final byte[] first = FIRST.clone();
    private final byte[] next = NEXT.clone();
    private final byte[] last = LAST.clone();
    private final byte[] only = ONLY.clone();
    private byte[] end = {};
    private ByteBuf begun = Unpooled.EMPTY_BUFFER;
    private long missing = -1;
    private Plan plan;
    private long receivedNanos;
    private long nextNanos;
    private int sent;

    ReferenceStream(Channel channel, Plan others, Tally tally, DueTokens due) {
        this.channel = channel;
        this.others = others;
        this.tally = tally;
        this.due = due;
        this.plan = others;
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object message) {
        long now = System.nanoTime();
        ByteBuf piece = (ByteBuf) message;
        if (missing > 0) {
            missing -= piece.readableBytes();
            piece.release();
        } else {
            begun = begun.isReadable() ? Unpooled.wrappedBuffer(begun, piece) : piece;
            head();
        }
        if (missing == 0) {
            receivedNanos = now;
            missing = -1;
            begin();
        }
    }

    /** Reads head and plan once the head is complete; of the rest of the body only its length matters. */
    private void head() {
        int headEnd = ByteBufUtil.indexOf(Unpooled.wrappedBuffer(END_OF_HEAD), begun) - begun.readerIndex();
        if (headEnd < 0) {
            return;
        }
        String head = begun.toString(begun.readerIndex(), headEnd, ISO_8859_1);
        Matcher length = LENGTH.matcher(head.toLowerCase(Locale.ROOT));
        long body = length.find() ? Long.parseLong(length.group(1)) : 0;
        int start = headEnd + END_OF_HEAD.length;
        byte[] seen = new byte[(int) Math.min(Plan.LONGEST, body)];
        if (begun.readableBytes() - start < seen.length) {
            return;
        }
        missing = body - (begun.readableBytes() - start);
        begun.getBytes(begun.readerIndex() + start, seen);
        begun.release();
        begun = Unpooled.EMPTY_BUFFER;
        if (body == 0) {
            missing = -1;
            document(head.contains(Tally.PATH) ? tally.take() : "{\"object\":\"list\",\"data\":[{\"id\":\"model\"}]}");
        } else {
            prepare(Plan.of(seen).orElse(others));
        }
    }

    private void prepare(Plan asked) {
        if (end.length == 0 || asked.tokens() != plan.tokens()) {
            end = ascii(Responses.chunks(Responses.usage(asked.tokens()), Responses.DONE) + "0\r\n\r\n");
        }
        plan = asked;
    }

    private void document(String text) {
        write(ascii(Responses.withLength(200, "application/json", text)));
        channel.flush();
    }

    private void begin() {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(plan.stallMicros()));
        sent = 0;
        write(plan.gapMicros() == 0 ? LAST_HEAD : HEAD);
        if (plan.gapMicros() == 0) {
            tally.first(0);
            flood();
        } else {
            nextNanos = receivedNanos + TimeUnit.MICROSECONDS.toNanos(plan.ttftMicros());
            due.add(this);
        }
    }

    @Override
    public EventLoop loop() {
        return channel.eventLoop();
    }

    @Override
    public long nextNanos() {
        return nextNanos;
    }

    @Override
    public void token() {
        long now = System.nanoTime();
        if (++sent == plan.tokens()) {
            byte[] last = sent == 1 ? only : this.last;
            stamp(last, now);
            write(last);
            write(end);
        } else {
            byte[] event = sent == 1 ? first : next;
            stamp(event, now);
            write(event);
            nextNanos += TimeUnit.MICROSECONDS.toNanos(plan.gapMicros());
            due.add(this);
        }
        channel.flush();
        if (sent == 1) {
            tally.first(now - receivedNanos);
        }
    }

    private void stamp(byte[] event, long now) {
        if (sent == 1) {
            Truth.write(receivedNanos, event, TIME_IN_CHUNK);
        }
        Truth.write(now, event, TIME_IN_CHUNK + (sent == 1 ? Truth.DIGITS : 0));
    }

    private void flood() {
        while (sent + FLOOD_EVENTS < plan.tokens() && channel.isWritable()) {
            sent += FLOOD_EVENTS;
            channel.writeAndFlush(FLOOD.duplicate(), channel.voidPromise());
        }
        if (sent + FLOOD_EVENTS >= plan.tokens() && sent < plan.tokens()) {
            int rest = plan.tokens() - sent - 1;
            sent = plan.tokens();
            write(ascii(Responses.chunks(Responses.event(" word", "null")).repeat(rest)));
            write(ascii(Responses.chunks(Responses.event(" word", "\"length\""))));
            write(end);
            channel.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext closed) {
        if (plan.gapMicros() == 0 && sent == plan.tokens()) {
            tally.read(sent, receivedNanos, System.nanoTime());
        }
    }

    private void write(byte[] bytes) {
        channel.write(channel.alloc().ioBuffer(bytes.length).writeBytes(bytes), channel.voidPromise());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        if (plan.gapMicros() == 0 && sent < plan.tokens()) {
            flood();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext failed, Throwable cause) {
        failed.close();
    }
}
