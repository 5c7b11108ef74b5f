package dev.vllmjunit.tls;

import dev.vllmjunit.topology.Setting;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a server's certificate was refused, and what to do. */
final class RefusedCertificate extends CertificateException {

    private static final long serialVersionUID = 1L;
    /** Of the general names of RFC 5280 §4.2.1.6. */
    private static final int DNS = 2;

    private static final int ADDRESS = 7;

    private RefusedCertificate(String message, CertificateException cause) {
        super(message, cause);
    }

    /**
     * Out of what the JVM says.
     *
     * @param chain the server's own certificate first
     * @param file what {@code vllm.tls.ca} names
     * @param host whom the client wanted to talk to, where it is known
     */
    static RefusedCertificate of(
            X509Certificate[] chain, CertificateException refusal, Optional<Path> file, @Nullable String host) {
        String message = untimely(chain)
                .orElseGet(() -> isUnknown(refusal)
                        ? unknown(chain, file)
                        : otherName(chain[0], host)
                                .orElseGet(() -> "the server's certificate is refused: " + text(refusal)));
        return new RefusedCertificate(message, refusal);
    }

    private static Optional<String> untimely(X509Certificate[] chain) {
        Date now = Date.from(Instant.now());
        return Arrays.stream(chain)
                .filter(link -> now.after(link.getNotAfter()) || now.before(link.getNotBefore()))
                .map(link -> now.after(link.getNotAfter())
                        ? "the certificate of " + subject(link) + " expired at "
                                + link.getNotAfter().toInstant() + "; renew it"
                        : "the certificate of " + subject(link) + " is valid from "
                                + link.getNotBefore().toInstant() + " on; compare the clocks of both machines")
                .findFirst();
    }

    private static String unknown(X509Certificate[] chain, Optional<Path> file) {
        String issuer = chain[chain.length - 1].getIssuerX500Principal().getName();
        String known = file.map(path -> "in " + path + " (" + Setting.TLS_CA + "); add it to that file")
                .orElseGet(
                        () -> "given by " + Setting.TLS_CA + "; set that to a PEM file with the issuer's certificate");
        return "the certificate of " + subject(chain[0]) + " is issued by " + issuer
                + ", which is neither in the JVM's trust store nor " + known;
    }

    private static Optional<String> otherName(X509Certificate certificate, @Nullable String host) {
        List<String> names = names(certificate);
        return host == null || names.contains(host)
                ? Optional.empty()
                : Optional.of("the certificate of " + subject(certificate) + " is for " + names + ", not for " + host
                        + "; write one of these names into the URL, or issue a certificate with " + host
                        + " among its subject alternative names");
    }

    private static List<String> names(X509Certificate certificate) {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(name ->
                                    name.get(0).equals(DNS) || name.get(0).equals(ADDRESS))
                            .map(name -> String.valueOf(name.get(1)))
                            .collect(Collectors.toList());
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static boolean isUnknown(Throwable refusal) {
        for (Throwable at = refusal; at != null; at = at.getCause()) {
            if (at instanceof CertPathBuilderException) {
                return true;
            }
        }
        return false;
    }

    private static String subject(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().getName();
    }

    private static String text(CertificateException refusal) {
        return String.valueOf(refusal.getMessage());
    }
}
