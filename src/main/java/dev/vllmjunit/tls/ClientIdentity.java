package dev.vllmjunit.tls;

import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import io.netty.handler.ssl.SslContextBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The certificate that a server may ask its clients for, and its private key, both files in PEM. */
record ClientIdentity(Path certificate, Path key) {

    /** What the settings name, checked; empty if they name none. */
    static Optional<ClientIdentity> of(Settings settings) {
        Optional<Path> certificate = settings.get(Setting.TLS_CERTIFICATE);
        Optional<Path> key = settings.get(Setting.TLS_KEY);
        if (certificate.isPresent() != key.isPresent()) {
            Setting<Path> given = certificate.isPresent() ? Setting.TLS_CERTIFICATE : Setting.TLS_KEY;
            Setting<Path> missing = certificate.isPresent() ? Setting.TLS_KEY : Setting.TLS_CERTIFICATE;
            throw settings.unusable(given, "is of no use alone; give " + missing + ", too");
        }
        return certificate.map(file -> checked(new ClientIdentity(file, key.orElseThrow()), settings));
    }

    private static ClientIdentity checked(ClientIdentity identity, Settings settings) {
        requireReadable(identity.certificate, Setting.TLS_CERTIFICATE, settings);
        requireReadable(identity.key, Setting.TLS_KEY, settings);
        try {
            identity.on(SslContextBuilder.forClient()).build();
            return identity;
        } catch (Exception e) {
            throw settings.unusable(
                    Setting.TLS_KEY,
                    "is " + identity.key + ", which is no key of " + identity.certificate + " (vllm.tls.certificate): "
                            + e.getMessage() + "; give the certificate in PEM and its key in PKCS#8 PEM without a"
                            + " password (openssl pkcs8 -topk8 -nocrypt)");
        }
    }

    private static void requireReadable(Path file, Setting<Path> setting, Settings settings) {
        if (!Files.isReadable(file)) {
            throw settings.unusable(setting, "is " + file + ", which is no file that can be read");
        }
    }

    SslContextBuilder on(SslContextBuilder builder) {
        return builder.keyManager(certificate.toFile(), key.toFile());
    }
}
