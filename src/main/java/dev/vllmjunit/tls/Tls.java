package dev.vllmjunit.tls;

import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How every client of this library speaks TLS: driver, router, control calls and S3. Trusted is what the JVM trusts and, beside it, the
 * authorities of {@code vllm.tls.ca}; the host's name is verified always (RFC 9110 §4.3.4). Thread-safe. The trust store is read when
 * it is needed first.
 */
public final class Tls {

    private static final Tls OF_JVM = new Tls(ServerTrust.ofJvm(), Function.identity());

    private final ServerTrust trust;
    private final Function<SslContextBuilder, SslContextBuilder> identity;
    private @Nullable JdkSslContext context;

    private Tls(ServerTrust trust, Function<SslContextBuilder, SslContextBuilder> identity) {
        this.trust = trust;
        this.identity = identity;
    }

    /** Trusts what the JVM trusts, and shows no certificate. */
    public static Tls ofJvm() {
        return OF_JVM;
    }

    /**
     * As {@code vllm.tls.ca}, {@code vllm.tls.certificate} and {@code vllm.tls.key} say.
     *
     * @throws dev.vllmjunit.topology.SettingException naming the file that cannot be used
     */
    public static Tls of(Settings settings) {
        Optional<Path> ca = settings.get(Setting.TLS_CA);
        Optional<ClientIdentity> shown = ClientIdentity.of(settings);
        if (ca.isEmpty() && shown.isEmpty()) {
            return OF_JVM;
        }
        ServerTrust trust = ca.map(file -> ServerTrust.with(file, settings)).orElseGet(ServerTrust::ofJvm);
        return new Tls(trust, builder -> shown.map(own -> own.on(builder)).orElse(builder));
    }

    /** For the JDK's HTTP client, which verifies the host's name itself. */
    public SSLContext context() {
        return built().context();
    }

    /** For Netty, whose handlers verify no name unless {@link #verifyName} is called for them. */
    public SslContext netty() {
        return built();
    }

    /** For clients that make their own context. */
    public TrustManager[] trustManagers() {
        return new TrustManager[] {trust};
    }

    /** What encrypts one connection to a host. */
    public SslHandler handler(ByteBufAllocator allocator, String host, int port) {
        SslHandler handler = netty().newHandler(allocator, host, port);
        verifyName(handler);
        return handler;
    }

    /** Makes the handshake fail where the certificate is another host's. */
    public static void verifyName(SslHandler handler) {
        SSLEngine engine = handler.engine();
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
    }

    private synchronized JdkSslContext built() {
        JdkSslContext made = context;
        if (made == null) {
            made = build();
            context = made;
        }
        return made;
    }

    private JdkSslContext build() {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).trustManager(trust);
            return (JdkSslContext) identity.apply(builder).build();
        } catch (SSLException e) {
            throw new IllegalStateException("this JVM cannot speak TLS: " + e.getMessage(), e);
        }
    }
}
