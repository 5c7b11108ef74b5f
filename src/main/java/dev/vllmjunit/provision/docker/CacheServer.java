package dev.vllmjunit.provision.docker;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.vllm.FreePorts;
import dev.vllmjunit.provision.vllm.LmCacheServer;
import dev.vllmjunit.topology.DockerSettings;
import dev.vllmjunit.topology.NodeSpec;
import dev.vllmjunit.topology.S3CacheSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * The one LMCache server, on the prefill nodes' host: they hand it KV cache in shared memory.
 *
 * @param command what it is told
 * @param container what runs it
 */
record CacheServer(LmCacheServer command, ContainerSpec container) {

    static final String NAME = "lmcache-server";

    private static final String ACCESS_KEY = "AWS_ACCESS_KEY_ID";
    private static final String SECRET_KEY = "AWS_SECRET_ACCESS_KEY";
    private static final AwsCredentials NAMES_OF_KEYS = AwsBasicCredentials.create("$" + ACCESS_KEY, "$" + SECRET_KEY);
    /** Everybody may read a command line, and LMCache reads the keys' variables only where boto3 is installed. */
    private static final String LAUNCHER = "import os, sys; from lmcache.cli.main import main;"
            + " sys.argv = ['lmcache', *map(os.path.expandvars, sys.argv[1:])]; sys.exit(main())";

    static CacheServer of(ProvisionRequest request, S3CacheSpec s3, ObjectStoreAccess store) {
        DockerSettings settings = request.profile().docker();
        NodeSpec prefill = request.topology().prefill().get(0);
        LmCacheServer command = new LmCacheServer(
                settings.address(prefill.host()),
                FreePorts.next(),
                FreePorts.next(),
                s3.chunkTokens(),
                store,
                Served.of(request).target().isPresent());
        List<String> line = new ArrayList<>(List.of("python3", "-c", LAUNCHER));
        line.addAll(command.arguments(NAMES_OF_KEYS));
        return new CacheServer(command, container(settings, prefill, line, store));
    }

    private static ContainerSpec container(
            DockerSettings settings, NodeSpec prefill, List<String> line, ObjectStoreAccess store) {
        AwsCredentials keys = store.credentials().resolveCredentials();
        return new ContainerSpec(
                NAME,
                prefill.host(),
                settings.cacheServer()
                        .flatMap(DockerSettings.Service::image)
                        .or(prefill::image)
                        .orElseThrow(),
                line,
                new TreeMap<>(Map.of("PYTHONHASHSEED", "0", "LMCACHE_TRACK_USAGE", "false")),
                new TreeMap<>(Map.of(ACCESS_KEY, keys.accessKeyId(), SECRET_KEY, keys.secretAccessKey())),
                List.of(),
                DeviceFlags.NONE,
                Ipc.shareable(settings.shmSize()),
                Optional.empty());
    }
}
