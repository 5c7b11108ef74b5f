package dev.vllmjunit.provision.docker;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.SharedStore;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * The object store that the prefill nodes' KV cache is kept in: the profile's endpoint as it is, else a Ceph cluster in a container.
 *
 * @param written how its writer reaches it
 * @param cleared how a test clears and inspects it: in a store that others use, only the objects of the served model
 * @param container what runs it; empty for the profile's endpoint
 */
record DockerStore(ObjectStoreAccess written, ObjectStoreAccess cleared, Optional<ContainerSpec> container) {

    static final String NAME = "ceph";

    private static final String DIRECTORY = "/store";
    private static final long MEMORY_BYTES = 4L << 30;
    /** For the daemons, which keep nothing there. */
    private static final String SHM_SIZE = "64m";

    static DockerStore of(ProvisionRequest request, S3CacheSpec s3) {
        return s3.endpoint().map(endpoint -> shared(request, s3, endpoint)).orElseGet(() -> own(request, s3));
    }

    private static DockerStore shared(ProvisionRequest request, S3CacheSpec s3, URI endpoint) {
        SharedStore store =
                SharedStore.of(request, s3, endpoint, Served.of(request).key());
        return new DockerStore(store.written(), store.cleared(), Optional.empty());
    }

    /** Keys are drawn anew at each start. */
    private static DockerStore own(ProvisionRequest request, S3CacheSpec s3) {
        DockerSettings settings = request.profile().docker();
        DockerSettings.Service service = settings.store().orElseThrow();
        String host = service.host().orElse(request.topology().prefill().get(0).host());
        String address = settings.address(host);
        AwsBasicCredentials keys = AwsBasicCredentials.create(random(10), random(20));
        ObjectStoreAccess access = new ObjectStoreAccess(
                URI.create("http://" + address + ":" + FreePorts.next()),
                s3.region(),
                s3.bucket(),
                s3.keyPrefix(),
                true,
                StaticCredentialsProvider.create(keys),
                "Ceph RADOS Gateway in a container");
        return new DockerStore(access, access, Optional.of(container(service, host, access, keys)));
    }

    private static ContainerSpec container(
            DockerSettings.Service service, String host, ObjectStoreAccess access, AwsBasicCredentials keys) {
        return new ContainerSpec(
                NAME,
                host,
                service.image().orElseThrow(),
                List.of("bash", "/opt/vllm-junit/scripts/ceph.sh"),
                new TreeMap<>(Map.of(
                        "RGW_HOST", access.endpoint().getHost(),
                        "RGW_PORT", String.valueOf(access.port()),
                        "MON_PORT", String.valueOf(FreePorts.next()),
                        "MON_V1_PORT", String.valueOf(FreePorts.next()),
                        "MEMORY_BYTES", String.valueOf(MEMORY_BYTES),
                        "LOGS", DIRECTORY)),
                new TreeMap<>(Map.of("ACCESS_KEY", keys.accessKeyId(), "SECRET_KEY", keys.secretAccessKey())),
                List.of(),
                DeviceFlags.NONE,
                Ipc.own(SHM_SIZE),
                Optional.of(DIRECTORY));
    }

    private static String random(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
