package dev.vllmjunit.faults.link;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is timed from above: what must not have passed has not, and what takes time took that much at least. */
@Timeout(20)
class FaultyLinkTest {

    private static final int SOON_MILLIS = 10_000;
    private static final int NOT_YET_MILLIS = 150;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ServerSocket server;
    private FaultyLink link;

    @BeforeEach
    void listen() throws IOException {
        server = keep(new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress()));
        link = keep(new FaultyLink("test"));
    }

    @AfterEach
    void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
        threads.shutdownNow();
    }

    @Test
    void passesBytesInBothDirectionsAsTheyAre() throws Exception {
        byte[] sent = new byte[3_000_000];
        new Random(1).nextBytes(sent);
        Connection connection = connect();
        Future<?> writing = threads.submit(() -> {
            connection.client.getOutputStream().write(sent);
            return null;
        });

        byte[] received = connection.server.getInputStream().readNBytes(sent.length);
        writing.get();
        connection.server.getOutputStream().write(Arrays.copyOf(received, 10));

        assertThat(received).isEqualTo(sent);
        assertThat(connection.client.getInputStream().readNBytes(10)).isEqualTo(Arrays.copyOf(sent, 10));
    }

    @Test
    void anAddressKeepsItsPortAndAnotherHasAnother() {
        InetSocketAddress first = link.through("127.0.0.1", server.getLocalPort());

        assertThat(link.through("127.0.0.1", server.getLocalPort())).isEqualTo(first);
        assertThat(link.through("127.0.0.1", 1)).isNotEqualTo(first);
    }

    @Test
    void aCutLinkHoldsEverythingUntilItIsHealed() throws Exception {
        Connection connection = connect();
        link.cut();
        send(connection.client, "while cut");
        hearsNothing(connection.server);

        link.heal();

        assertThat(read(connection.server, 9)).isEqualTo("while cut");
    }

    @Test
    void aConnectionMadeWhileCutIsSilentAndWorksAfterwards() throws Exception {
        link.cut();
        Connection connection = connect();
        send(connection.client, "hello");
        hearsNothing(connection.server);

        link.heal();

        assertThat(read(connection.server, 5)).isEqualTo("hello");
    }

    @Test
    void nobodyLearnsThroughACutLinkThatTheOtherHasGone() throws Exception {
        Connection connection = connect();
        link.cut();
        connection.client.close();
        hearsNothing(connection.server);

        link.heal();

        assertThat(connection.server.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void aDelayedLinkIsLateByTheDelayAtLeastAndKeepsTheOrder() throws Exception {
        Connection connection = connect();
        link.delay(Duration.ofMillis(300));
        long start = System.nanoTime();
        send(connection.client, "first ");
        send(connection.client, "second");

        assertThat(read(connection.server, 12)).isEqualTo("first second");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void healingADelayedLinkReleasesWhatIsOnItsWay() throws Exception {
        Connection connection = connect();
        link.delay(Duration.ofHours(1));
        send(connection.client, "late");
        hearsNothing(connection.server);

        link.heal();

        assertThat(read(connection.server, 4)).isEqualTo("late");
        send(connection.client, "soon");
        assertThat(read(connection.server, 4)).isEqualTo("soon");
    }

    @Test
    void aLimitedLinkPassesNoMoreThanItsRate() throws Exception {
        Connection connection = connect();
        link.limit(100_000);
        long start = System.nanoTime();
        Future<?> writing = threads.submit(() -> {
            connection.client.getOutputStream().write(new byte[50_000]);
            return null;
        });

        assertThat(connection.server.getInputStream().readNBytes(50_000)).hasSize(50_000);

        writing.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(490));
    }

    @Test
    void theLimitIsSharedByAllConnections() throws Exception {
        Connection one = connect();
        Connection other = connect();
        link.limit(100_000);
        long start = System.nanoTime();
        one.client.getOutputStream().write(new byte[25_000]);
        other.client.getOutputStream().write(new byte[25_000]);
        Future<byte[]> ofOne = threads.submit(() -> one.server.getInputStream().readNBytes(25_000));

        assertThat(other.server.getInputStream().readNBytes(25_000)).hasSize(25_000);
        assertThat(ofOne.get()).hasSize(25_000);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(490));
    }

    @Test
    void aForbiddingLinkBreaksOffConnectionsAndAnswersForTheStore() throws Exception {
        Connection connection = connect();
        link.forbid();
        assertThat(connection.client.getInputStream().read()).isEqualTo(-1);

        Socket client = dial();
        send(client, "PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
        String answer = read(client, 40);

        assertThat(answer).startsWith("HTTP/1.1 403 Forbidden");
        link.heal();
        assertThat(read(connect().roundTrip("again").server, 5)).isEqualTo("again");
    }

    @Test
    void aRefusingLinkBreaksOffConnectionsAndRefusesNewOnesUntilItIsHealed() throws Exception {
        Connection connection = connect();
        InetSocketAddress there = link.through("127.0.0.1", server.getLocalPort());
        link.refuse();

        assertThat(connection.client.getInputStream().read()).isEqualTo(-1);
        assertThat(connection.server.getInputStream().read()).isEqualTo(-1);
        assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial).withMessageContaining("refused");
        assertThat(link.through("127.0.0.1", server.getLocalPort())).isEqualTo(there);
        link.heal();
        assertThat(read(connect().roundTrip("again").server, 5)).isEqualTo("again");
    }

    @Test
    void anAddressThatIsAskedForWhileNobodyListensIsRefusedToo() throws Exception {
        link.refuse();

        assertThatExceptionOfType(ConnectException.class).isThrownBy(this::dial);
        link.heal();
        assertThat(read(connect().roundTrip("now").server, 3)).isEqualTo("now");
    }

    @Test
    void aLinkThatRefusedCanBeCutAndForbidden() throws Exception {
        link.refuse();
        link.refuse();
        link.cut();
        Connection connection = connect();
        send(connection.client, "late");
        hearsNothing(connection.server);
        link.refuse();
        link.forbid();

        Socket client = dial();
        send(client, "HEAD /b/k HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(read(client, 12)).isEqualTo("HTTP/1.1 403");
    }

    @Test
    void anAddressThatNobodyListensAtRefuses() throws Exception {
        int port = server.getLocalPort();
        server.close();
        Socket client = keep(new Socket());
        client.connect(link.through("127.0.0.1", port));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> client.getInputStream().read())
                .withMessageContaining("reset");
    }

    @Test
    void impossibleConditionsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> link.delay(Duration.ofMillis(-1)))
                .withMessage("a link cannot be early: the delay is PT-0.001S; give 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> link.limit(0))
                .withMessage("the limit is 0 bytes per second; give 1 or more, or cut the link");
    }

    private record Connection(Socket client, Socket server) {

        Connection roundTrip(String text) throws IOException {
            send(client, text);
            return this;
        }
    }

    private Connection connect() throws Exception {
        CompletableFuture<Socket> accepting = CompletableFuture.supplyAsync(this::accept, threads);
        Socket client = dial();
        return new Connection(client, accepting.get());
    }

    private Socket dial() throws IOException {
        Socket client = keep(new Socket());
        client.setSoTimeout(SOON_MILLIS);
        client.connect(link.through("127.0.0.1", server.getLocalPort()));
        return client;
    }

    private Socket accept() {
        try {
            Socket accepted = keep(server.accept());
            accepted.setSoTimeout(SOON_MILLIS);
            return accepted;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String read(Socket socket, int bytes) throws IOException {
        return new String(socket.getInputStream().readNBytes(bytes), US_ASCII);
    }

    private static void hearsNothing(Socket socket) throws IOException {
        socket.setSoTimeout(NOT_YET_MILLIS);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> socket.getInputStream().read());
        socket.setSoTimeout(SOON_MILLIS);
    }

    private synchronized <T extends AutoCloseable> T keep(T part) {
        open.push(part);
        return part;
    }
}
