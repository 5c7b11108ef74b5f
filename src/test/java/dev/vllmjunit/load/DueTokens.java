package dev.vllmjunit.load;

import io.netty.channel.EventLoop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/** When {@link ReferenceStream}s write their next tokens. Used from the server's event loop only. */
interface DueTokens {

    /** Somebody with a token to write. */
    interface Stream {

        EventLoop loop();

        long nextNanos();

        void token();
    }

    void add(Stream stream);

    /** On the loop's own timers. */
    record OfLoop() implements DueTokens {

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the loop ends with the process
        public void add(Stream stream) {
            long wait = Math.max(0, stream.nextNanos() - System.nanoTime());
            stream.loop().schedule(stream::token, wait, TimeUnit.NANOSECONDS);
        }
    }

    /** For a loop that never sleeps and asks each time round. */
    final class OfQueue implements DueTokens {

        private final PriorityQueue<Stream> streams = new PriorityQueue<>(Comparator.comparingLong(Stream::nextNanos));

        @Override
        public void add(Stream stream) {
            streams.add(stream);
        }

        void writeOne() {
            Stream first = streams.peek();
            if (first != null && first.nextNanos() - System.nanoTime() <= 0) {
                streams.remove().token();
            }
        }
    }
}
