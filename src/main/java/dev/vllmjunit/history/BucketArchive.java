package dev.vllmjunit.history;

import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.kvstore.ObjectStoreException;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** A prefix in an S3 bucket, whose object keys are {@code PREFIX/FOLDER/FILE}. */
final class BucketArchive implements Archive {

    static final String SCHEME = "s3://";

    private static final String DEFAULT_REGION = "us-east-1";

    private final ObjectStoreAccess access;
    private @Nullable CacheBucket open;

    BucketArchive(ObjectStoreAccess access) {
        this.access = access;
    }

    /** At the endpoint of the settings, else at AWS; with the credentials of the AWS default chain. */
    static BucketArchive of(String location, Settings settings) {
        URI uri = URI.create(location);
        String prefix = uri.getPath().replaceAll("^/+|/+$", "");
        String region = settings.get(Setting.S3_REGION).orElse(DEFAULT_REGION);
        Optional<URI> endpoint = settings.get(Setting.S3_ENDPOINT);
        return new BucketArchive(new ObjectStoreAccess(
                endpoint.orElse(URI.create("https://s3." + region + ".amazonaws.com")),
                region,
                String.valueOf(uri.getAuthority()),
                prefix.isEmpty() ? "" : prefix + "/",
                settings.get(Setting.S3_PATH_STYLE).orElse(endpoint.isPresent()),
                DefaultCredentialsProvider.builder().build(),
                "S3 bucket of the history",
                Tls.of(settings)));
    }

    @Override
    public List<String> folders() {
        return inBucket(bucket -> bucket.keysBelow(access.keyPrefix()).stream()
                .map(key -> key.substring(access.keyPrefix().length()))
                .filter(key -> key.indexOf('/') > 0)
                .map(key -> key.substring(0, key.indexOf('/')))
                .distinct()
                .toList());
    }

    @Override
    public List<String> files(String folder) {
        String below = key(folder, "");
        return inBucket(bucket -> bucket.keysBelow(below).stream()
                .map(key -> key.substring(below.length()))
                .filter(name -> !name.isEmpty() && name.indexOf('/') < 0)
                .sorted()
                .toList());
    }

    @Override
    public Optional<String> read(String folder, String file) {
        return inBucket(bucket -> {
            try {
                return Optional.of(new String(bucket.read(key(folder, file)), StandardCharsets.UTF_8));
            } catch (ObjectStoreException e) {
                if (e.kind() == ObjectStoreException.Kind.NOT_FOUND) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }

    @Override
    public void write(String folder, String file, String text) {
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        inBucket(bucket -> {
            bucket.write(key(folder, file), content);
            return content;
        });
    }

    @Override
    public String locate(String folder, String file) {
        return SCHEME + access.bucket() + "/" + key(folder, file);
    }

    private String key(String folder, String file) {
        return access.keyPrefix() + folder + "/" + file;
    }

    /** Connects at the first call, and anew after a close. */
    private <T> T inBucket(Function<CacheBucket, T> call) {
        CacheBucket bucket;
        synchronized (this) {
            bucket = open == null ? new CacheBucket(access) : open;
            open = bucket;
        }
        return call.apply(bucket);
    }

    @Override
    public synchronized void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
