package dev.vllmjunit.tls;

import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** The JVM's own judgement of a server's certificate, with more authorities and with refusals that say what to do. */
final class ServerTrust extends X509ExtendedTrustManager {

    private final List<Certificate> added;
    private final Optional<Path> file;
    private @Nullable X509ExtendedTrustManager judge;

    private ServerTrust(List<Certificate> added, Optional<Path> file) {
        this.added = added;
        this.file = file;
    }

    static ServerTrust ofJvm() {
        return new ServerTrust(List.of(), Optional.empty());
    }

    /** The JVM's authorities and those in the file of {@code vllm.tls.ca}. */
    static ServerTrust with(Path file, Settings settings) {
        return new ServerTrust(List.copyOf(certificates(file, settings)), Optional.of(file));
    }

    private static Collection<? extends Certificate> certificates(Path file, Settings settings) {
        try (InputStream pem = Files.newInputStream(file)) {
            Collection<? extends Certificate> found =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (found.isEmpty()) {
                throw new CertificateException("it is empty");
            }
            return found;
        } catch (IOException e) {
            throw settings.unusable(Setting.TLS_CA, "is " + file + ", which is no file that can be read");
        } catch (CertificateException e) {
            throw settings.unusable(
                    Setting.TLS_CA,
                    "is " + file + ", which holds no certificates (" + e.getMessage()
                            + "); give a PEM file with one or more -----BEGIN CERTIFICATE-----");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        try {
            judge().checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw RefusedCertificate.of(chain, e, file, engine.getPeerHost());
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        try {
            judge().checkServerTrusted(chain, authType, socket);
        } catch (CertificateException e) {
            throw RefusedCertificate.of(chain, e, file, host(socket));
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        try {
            judge().checkServerTrusted(chain, authType);
        } catch (CertificateException e) {
            throw RefusedCertificate.of(chain, e, file, null);
        }
    }

    private static @Nullable String host(Socket socket) {
        return socket instanceof SSLSocket secure && secure.getHandshakeSession() != null
                ? secure.getHandshakeSession().getPeerHost()
                : null;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        judge().checkClientTrusted(chain, authType, socket);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        judge().checkClientTrusted(chain, authType, engine);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        judge().checkClientTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge().getAcceptedIssuers();
    }

    private synchronized X509ExtendedTrustManager judge() {
        X509ExtendedTrustManager made = judge;
        if (made == null) {
            made = make();
            judge = made;
        }
        return made;
    }

    private X509ExtendedTrustManager make() {
        try {
            X509ExtendedTrustManager jvm = judgeBy(null);
            if (added.isEmpty()) {
                return jvm;
            }
            KeyStore all = KeyStore.getInstance(KeyStore.getDefaultType());
            all.load(null, null);
            for (Certificate authority : Stream.concat(Stream.of(jvm.getAcceptedIssuers()), added.stream())
                    .toList()) {
                all.setCertificateEntry(String.valueOf(all.size()), authority);
            }
            return judgeBy(all);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JVM's trust store cannot be read: " + e.getMessage(), e);
        }
    }

    private static X509ExtendedTrustManager judgeBy(@Nullable KeyStore authorities) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        for (TrustManager candidate : factory.getTrustManagers()) {
            if (candidate instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no judge of X.509 certificates");
    }
}
