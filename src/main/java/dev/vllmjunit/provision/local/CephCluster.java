package dev.vllmjunit.provision.local;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.provision.local.process.ManagedProcess;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.Readiness;
import dev.vllmjunit.topology.S3CacheSpec;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * A Ceph cluster of one monitor, one OSD in memory and one RADOS Gateway, with keys that are drawn anew at each start.
 *
 * @param launch the stack it belongs to
 * @param access how its bucket will be reached
 * @param requests what its gateway has answered
 */
record CephCluster(Launch launch, ObjectStoreAccess access, GatewayLog requests) {

    static final String NAME = "ceph";
    /** What installs it on Debian. */
    static final String PACKAGES = "apt-get install radosgw ceph-mon ceph-osd ceph-common";

    private static final String GATEWAY_LOG = "ceph-client.rgw.log";
    private static final List<String> PROGRAMS =
            List.of("ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool", "radosgw", "radosgw-admin");
    private static final long MEMORY_BYTES = 4L << 30;

    static boolean isInstalled(String path) {
        return PROGRAMS.stream().allMatch(program -> Arrays.stream(path.split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program))));
    }

    static CephCluster of(Launch launch, S3CacheSpec s3) {
        AwsBasicCredentials keys = AwsBasicCredentials.create(random(10), random(20));
        return new CephCluster(
                launch,
                new ObjectStoreAccess(
                        URI.create("http://" + Launch.HOST + ":" + FreePorts.next()),
                        s3.region(),
                        s3.bucket(),
                        s3.keyPrefix(),
                        true,
                        StaticCredentialsProvider.create(keys),
                        "Ceph RADOS Gateway"),
                GatewayLog.after(launch.request().logDirectory().resolve(GATEWAY_LOG), s3.bucket()));
    }

    /** Starts it and creates the bucket; the version that its monitor tells. */
    String start() {
        ManagedProcess process =
                launch.run(NAME, List.of("bash", launch.home().scripts().ceph().toString()), environment());
        Path version = launch.directoryOf(NAME).resolve("version");
        Readiness readiness = new Readiness(process, launch.request().startTimeout());
        readiness.until(() -> Files.exists(version), "its cluster is not complete");
        readiness.awaitAnswer(access.endpoint());
        try (CacheBucket bucket = new CacheBucket(access)) {
            bucket.create();
            return Files.readString(version).strip();
        } catch (IOException e) {
            throw new ProvisionException("cannot read Ceph's version from " + version + ": " + e, e);
        }
    }

    private Map<String, String> environment() {
        var keys = access.credentials().resolveCredentials();
        Map<String, String> environment = launch.environment(NAME);
        environment.put("MON_PORT", String.valueOf(FreePorts.next()));
        environment.put("MON_V1_PORT", String.valueOf(FreePorts.next()));
        environment.put("RGW_PORT", String.valueOf(access.endpoint().getPort()));
        environment.put("MEMORY_BYTES", String.valueOf(MEMORY_BYTES));
        environment.put("LOGS", launch.request().logDirectory().toAbsolutePath().toString());
        environment.put("ACCESS_KEY", keys.accessKeyId());
        environment.put("SECRET_KEY", keys.secretAccessKey());
        return environment;
    }

    private static String random(int bytes) {
        byte[] value = new byte[bytes];
        new SecureRandom().nextBytes(value);
        return HexFormat.of().formatHex(value);
    }
}
