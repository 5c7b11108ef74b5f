package dev.vllmjunit.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * One buffer that every read of a loop's connections goes into, since {@link Connection} is done with it when it returns: no
 * allocation per read, and always the same class of buffer, where Netty's leak detector would wrap some. Used from the event loop only.
 */
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {

    /** Of buffers outside the heap that no leak detector watches. */
    static final ByteBufAllocator PLAIN = new UnpooledByteBufAllocator(true, true);

    private final ByteBuf buffer;

    ReceiveBuffer(int bytes, int readsInARow) {
        super(readsInARow);
        buffer = PLAIN.directBuffer(bytes, bytes);
    }

    @Override
    @SuppressWarnings("deprecation") // the only type of handle that Netty's channels accept
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public ByteBuf allocate(ByteBufAllocator channels) {
                return buffer.clear().retain();
            }

            @Override
            public int guess() {
                return buffer.capacity();
            }
        };
    }

    /** No connection reads any more. */
    void release() {
        buffer.release();
    }
}
