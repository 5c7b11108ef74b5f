package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands before an object store, as a gateway's proxy does; what it forwards stays as it was signed. */
final class StoreDoor implements AutoCloseable {

    private static final Pattern LENGTH = Pattern.compile("(?im)^content-length: *(\\d+)");
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final byte[] BROKEN =
            "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1);

    private final int store;
    private final Way way;
    private final ServerSocket server;
    private final ReentrantLock turn = new ReentrantLock(true);
    private final ExecutorService threads = Executors.newCachedThreadPool(StoreDoor::daemon);

    /** What it makes of requests. */
    enum Way {
        /** Each waits for its turn, and then 20 ms. */
        ONE_AFTER_THE_OTHER,
        /** Writes are answered with 500, all else passes. */
        BROKEN_FOR_WRITES
    }

    /** To the store at this port of the loopback interface. */
    StoreDoor(int store, Way way) {
        this.store = store;
        this.way = way;
        try {
            server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = server.accept();
                threads.execute(() -> serve(client));
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), store);
                InputStream in = new BufferedInputStream(client.getInputStream());
                InputStream answers = new BufferedInputStream(behind.getInputStream())) {
            while (true) {
                Message request = Message.read(in, false);
                if (way == Way.BROKEN_FOR_WRITES && request.head.startsWith("PUT ")) {
                    client.getOutputStream().write(BROKEN);
                } else {
                    pass(request, behind.getOutputStream(), answers, client.getOutputStream());
                }
            }
        } catch (IOException e) {
            // One of them has closed the connection.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pass(Message request, OutputStream there, InputStream answers, OutputStream back)
            throws IOException, InterruptedException {
        boolean inTurn = way == Way.ONE_AFTER_THE_OTHER;
        if (inTurn) {
            turn.lockInterruptibly();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        try {
            request.write(there);
            Message.read(answers, request.head.startsWith("HEAD ")).write(back);
        } finally {
            if (inTurn) {
                turn.unlock();
            }
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "store-door");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request or an answer, with its length in its head. */
    private record Message(String head, byte[] body) {

        static Message read(InputStream in, boolean headOnly) throws IOException {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException();
                }
                head.write(next);
            }
            Matcher length = LENGTH.matcher(head.toString(ISO_8859_1));
            int bytes = !headOnly && length.find() ? Integer.parseInt(length.group(1)) : 0;
            return new Message(head.toString(ISO_8859_1), in.readNBytes(bytes));
        }

        void write(OutputStream out) throws IOException {
            out.write(head.getBytes(ISO_8859_1));
            out.write(body);
            out.flush();
        }
    }
}
