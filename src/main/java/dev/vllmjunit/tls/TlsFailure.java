package dev.vllmjunit.tls;

import dev.vllmjunit.topology.Setting;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;

/** What the failure of a connection has to do with TLS. */
public final class TlsFailure {

    private static final int PROBE_MILLIS = 2_000;
    /** Content types of a TLS record (RFC 8446 §5.1): an alert, and a part of a handshake. */
    private static final int ALERT = 21;

    private static final int HANDSHAKE = 22;

    /** The JDK's words for an answer that is no TLS record. */
    private static final Pattern NO_RECORD = Pattern.compile("(?i)unrecognized ssl message|plaintext connection");

    private static final Pattern ALERT_TEXT = Pattern.compile("(?i).*fatal alert: *");
    private static final Pattern WANTS_CERTIFICATE =
            Pattern.compile("(?i).*(certificate_required|bad_certificate|handshake_failure|unknown_ca)");

    /** The JDK's words for an end before the first byte of an answer. */
    private static final Pattern NO_ANSWER = Pattern.compile("(?i)received no bytes");

    private static final String SHOW_ONE = "; it may ask for a client certificate: set " + Setting.TLS_CERTIFICATE
            + " and " + Setting.TLS_KEY + " to one that it accepts";

    private TlsFailure() {}

    /** What went wrong and what to do, as the end of a sentence; empty if it was not TLS. */
    public static Optional<String> explain(Throwable failure) {
        Optional<SSLException> wrong = find(failure, SSLException.class);
        return find(failure, RefusedCertificate.class)
                .map(Throwable::getMessage)
                .or(() -> wrong.map(TlsFailure::explain));
    }

    private static String explain(SSLException failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof NotSslRecordException
                || NO_RECORD.matcher(message).find()) {
            return "what answers there does not speak TLS; write http:// instead of https://, or another port";
        }
        if (WANTS_CERTIFICATE.matcher(message).lookingAt()) {
            return "the server ended the TLS handshake with "
                    + ALERT_TEXT.matcher(message).replaceFirst("") + SHOW_ONE;
        }
        return "TLS failed: " + message;
    }

    /**
     * For a call over TLS that the server ended without an answer: with TLS 1.3 a client learns after its own handshake that its
     * certificate is not accepted, and the alert may be lost with the connection.
     */
    public static Optional<String> ofSecure(URI url, IOException failure) {
        boolean secure = "https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT));
        return secure && NO_ANSWER.matcher(String.valueOf(failure.getMessage())).find()
                ? Optional.of("the server closed the connection without an answer" + SHOW_ONE)
                : Optional.empty();
    }

    /** For a call in plain HTTP that failed without an answer: what to do if that is because the port speaks TLS. */
    public static Optional<String> ofPlain(URI url) {
        boolean plain = "http".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT));
        return plain && url.getPort() > 0 && speaksTls(url)
                ? Optional.of("that port speaks TLS; write https:// instead of http://")
                : Optional.empty();
    }

    /** Says hello and looks whether the first byte that comes back begins a TLS record; trusts nobody and sends nothing else. */
    private static boolean speaksTls(URI url) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), PROBE_MILLIS);
            socket.setSoTimeout(PROBE_MILLIS);
            socket.getOutputStream().write(hello());
            int first = socket.getInputStream().read();
            return first == ALERT || first == HANDSHAKE;
        } catch (IOException e) {
            return false;
        }
    }

    private static byte[] hello() throws IOException {
        SSLEngine engine = Tls.ofJvm().context().createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), record);
        byte[] bytes = new byte[record.flip().remaining()];
        record.get(bytes);
        return bytes;
    }

    private static <T extends Throwable> Optional<T> find(Throwable failure, Class<T> type) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (type.isInstance(at)) {
                return Optional.of(type.cast(at));
            }
        }
        return Optional.empty();
    }
}
