package dev.vllmjunit.kvstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.tls.Certificates;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.tls.TlsDoor;
import org.junit.jupiter.api.Test;

/** An object store behind TLS. */
class TlsBucketTest {

    @Test
    void thePrivateAuthorityIsTrustedHereToo() {
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start();
                TlsDoor door = TlsDoor.with(Certificates.NODE, store.endpoint());
                CacheBucket bucket = new CacheBucket(access(store, door, Certificates.trusting()))) {
            bucket.write("a", "b".getBytes(UTF_8));

            assertThat(bucket.read("a")).asString(UTF_8).isEqualTo("b");
        }
    }

    @Test
    void anUnknownAuthorityIsNamedWithTheSetting() {
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start();
                TlsDoor door = TlsDoor.with(Certificates.NODE, store.endpoint());
                CacheBucket bucket = new CacheBucket(access(store, door, Tls.ofJvm()))) {
            assertThatExceptionOfType(ObjectStoreException.class)
                    .isThrownBy(() -> bucket.read("a"))
                    .withMessage("S3 GET of a failed at " + door.endpoint()
                            + ", bucket 'nixl' (path-style, region us-east-1): the certificate of CN=node is issued by"
                            + " CN=Test Lab CA, which is neither in the JVM's trust store nor given by vllm.tls.ca; set"
                            + " that to a PEM file with the issuer's certificate.\nCheck the scheme, host and port of"
                            + " the endpoint, and vllm.tls.ca.");
        }
    }

    private static ObjectStoreAccess access(EmbeddedObjectStore store, TlsDoor door, Tls tls) {
        ObjectStoreAccess plain = store.access("us-east-1", "nixl", "");
        return new ObjectStoreAccess(
                door.endpoint(),
                plain.region(),
                plain.bucket(),
                plain.keyPrefix(),
                plain.pathStyle(),
                plain.credentials(),
                "behind a door",
                tls);
    }
}
