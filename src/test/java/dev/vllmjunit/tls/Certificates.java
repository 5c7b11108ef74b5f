package dev.vllmjunit.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vllmjunit.topology.Settings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An authority of tests and what it has signed, made by the JDK's keytool for a JVM that asks first. */
public final class Certificates {

    /** Nobody's authority, which signed itself. */
    public static final String STRANGER = "stranger";
    /** For 127.0.0.1 and localhost. */
    public static final String NODE = "node";
    /** For another host. */
    public static final String OTHER_HOST = "other";
    /** For 127.0.0.1, and over. */
    public static final String EXPIRED = "expired";

    private static final String CA = "ca";
    private static final String PASSWORD = "changeit";
    private static final Certificates ALL = make();

    private final Path directory;
    private final KeyStore store;

    private Certificates(Path directory, KeyStore store) {
        this.directory = directory;
        this.store = store;
    }

    private static Certificates make() {
        try {
            Path directory = Files.createTempDirectory("tls-of-tests-");
            Path store = directory.resolve("store.p12");
            directory.toFile().deleteOnExit();
            store.toFile().deleteOnExit();
            List<String> authority = List.of("-ext", "bc:c", "-ext", "ku:c=keyCertSign");
            keytool(store, CA, "CN=Test Lab CA", authority);
            keytool(store, STRANGER, "CN=Stranger", authority);
            signed(store, NODE, "ip:127.0.0.1,dns:localhost");
            signed(store, OTHER_HOST, "dns:prefill.example");
            signed(store, EXPIRED, "ip:127.0.0.1", "-startdate", "-10d", "-validity", "5");
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            return new Certificates(directory, keys);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void signed(Path store, String alias, String names, String... more) throws IOException {
        List<String> options =
                new ArrayList<>(List.of("-signer", CA, "-signerkeypass", PASSWORD, "-ext", "san=" + names));
        options.addAll(List.of(more));
        keytool(store, alias, "CN=" + alias, options);
    }

    private static void keytool(Path store, String alias, String name, List<String> more) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        line.addAll(more);
        Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        if (process.onExit().join().exitValue() != 0) {
            throw new IllegalStateException(line + ": " + said);
        }
    }

    /** PEM file of the authority that signed the rest. */
    public static Path ca() {
        return pem(CA);
    }

    /** PEM file of a certificate. */
    public static Path pem(String alias) {
        try {
            return ALL.write(alias + ".pem", "CERTIFICATE", certificate(alias).getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** PEM file of its private key. */
    public static Path key(String alias) {
        try {
            Key key = ALL.store.getKey(alias, PASSWORD.toCharArray());
            return ALL.write(alias + ".key", "PRIVATE KEY", key.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The certificate itself. */
    public static X509Certificate certificate(String alias) {
        try {
            return (X509Certificate) ALL.store.getCertificate(alias);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A client that trusts the authority. */
    public static Tls trusting() {
        return tls(Map.of("vllm.tls.ca", ca().toString()));
    }

    /** A client with these settings. */
    static Tls tls(Map<String, String> settings) {
        return Tls.of(new Settings(new HashMap<>(settings), Map.of(), name -> Optional.empty()));
    }

    /** A server that shows a certificate. */
    static SslContextBuilder server(String alias) {
        return SslContextBuilder.forServer(pem(alias).toFile(), key(alias).toFile());
    }

    /** A server that wants to see one of the authority's. */
    static SslContext demanding(String alias) throws IOException {
        return server(alias)
                .trustManager(ca().toFile())
                .clientAuth(ClientAuth.REQUIRE)
                .build();
    }

    private Path write(String name, String what, byte[] content) {
        Path file = directory.resolve(name);
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        file.toFile().deleteOnExit();
        try {
            return Files.writeString(file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
