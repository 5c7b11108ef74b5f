package dev.vllmjunit.tls;

import static dev.vllmjunit.tls.Certificates.NODE;
import static dev.vllmjunit.tls.Certificates.OTHER_HOST;
import static dev.vllmjunit.tls.Certificates.key;
import static dev.vllmjunit.tls.Certificates.pem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.topology.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @Test
    void withoutSettingsTheJvmDecides() {
        assertThat(Certificates.tls(Map.of())).isSameAs(Tls.ofJvm());
    }

    @Test
    void aPrivateAuthorityIsTrustedBesideTheJvms() {
        int jvms = ServerTrust.ofJvm().getAcceptedIssuers().length;
        ServerTrust both = (ServerTrust) Certificates.trusting().trustManagers()[0];

        assertThat(jvms).isPositive();
        assertThat(both.getAcceptedIssuers()).hasSize(jvms + 1).contains(Certificates.certificate("ca"));
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path directory) {
        Path none = directory.resolve("ca.pem");

        refuses(
                Map.of("vllm.tls.ca", none.toString()),
                "system property vllm.tls.ca is " + none + ", which is no file that can be read");
    }

    @Test
    void aFileWithoutACertificateIsNamed(@TempDir Path directory) throws Exception {
        Path empty = Files.createFile(directory.resolve("ca.pem"));

        refuses(
                Map.of("vllm.tls.ca", empty.toString()),
                "system property vllm.tls.ca is " + empty
                        + ", which holds no certificates (it is empty); give a PEM file"
                        + " with one or more -----BEGIN CERTIFICATE-----");
    }

    @Test
    void aCertificateWithoutItsKeyIsOfNoUse() {
        refuses(
                Map.of("vllm.tls.certificate", pem(NODE).toString()),
                "system property vllm.tls.certificate is of no use alone; give vllm.tls.key, too");
        refuses(
                Map.of("vllm.tls.key", key(NODE).toString()),
                "system property vllm.tls.key is of no use alone; give vllm.tls.certificate, too");
    }

    @Test
    void aKeyThatIsNoneIsNamed() {
        String noKey = pem(OTHER_HOST).toString();

        refuses(
                Map.of("vllm.tls.certificate", pem(NODE).toString(), "vllm.tls.key", noKey),
                "system property vllm.tls.key is " + noKey + ", which is no key of " + pem(NODE)
                        + " (vllm.tls.certificate): File does not contain valid private key: " + noKey
                        + "; give the certificate in PEM and its key in PKCS#8 PEM without a password (openssl pkcs8"
                        + " -topk8 -nocrypt)");
    }

    private static void refuses(Map<String, String> settings, String message) {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> Certificates.tls(settings))
                .withMessage(message);
    }
}
