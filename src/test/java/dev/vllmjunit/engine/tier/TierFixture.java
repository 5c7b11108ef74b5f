package dev.vllmjunit.engine.tier;

import dev.vllmjunit.engine.cost.CostModel;
import dev.vllmjunit.engine.tier.KvCacheTier.LoadedChunk;
import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.topology.ModelSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A tiny model whose chunks have 16 tokens, 512 full-size and 128 held bytes, and shorthands for what tests do with a cache server. */
final class TierFixture {

    static final int CHUNK = 16;
    static final int FULL_BYTES = 512;
    static final int HELD_BYTES = 128;
    static final ModelSpec MODEL = new ModelSpec("lab/tiny", 1000, 1, 8, 1, 8, 2, 4096);
    static final Optional<String> NO_SALT = Optional.empty();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private TierFixture() {}

    /** Times in nanoseconds per chunk. */
    record ChunkCost(long hostLoad, long objectLoad, long objectStore) implements CostModel {

        static final ChunkCost FREE = new ChunkCost(0, 0, 0);

        @Override
        public long prefillNanos(int newTokens, int contextTokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long decodeStepNanos(int sequences, long contextTokens) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferNanos(long bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long hostLoadNanos(long bytes) {
            return bytes / FULL_BYTES * hostLoad;
        }

        @Override
        public long objectLoadNanos(long bytes) {
            return bytes / FULL_BYTES * objectLoad;
        }

        @Override
        public long objectStoreNanos(long bytes) {
            return bytes / FULL_BYTES * objectStore;
        }
    }

    static CacheServerConfig config(ObjectStoreAccess store) {
        return config(store, ChunkCost.FREE, 1 << 20);
    }

    static CacheServerConfig config(ObjectStoreAccess store, CostModel cost, long hostCapacityTokens) {
        return new CacheServerConfig(MODEL, CHUNK, 4, hostCapacityTokens, cost, store);
    }

    static int[] prompt(long seed, int tokens) {
        return new Random(seed).ints(tokens, 0, 50_000).toArray();
    }

    static byte[] kv(int[] prompt, int chunk) {
        byte[] kv = new byte[HELD_BYTES];
        new Random(31L * prompt[0] + chunk).nextBytes(kv);
        return kv;
    }

    static void storeAll(CacheServer server, int[] prompt, Optional<String> salt) {
        IntStream.range(0, prompt.length / CHUNK).forEach(i -> server.store(prompt, salt, i, kv(prompt, i)));
    }

    static int lookup(CacheServer server, int[] prompt, Optional<String> salt) {
        return within(server.lookup(prompt, salt)).chunks();
    }

    /** What a lookup finds, from a chunk on. */
    static List<LoadedChunk> load(CacheServer server, int[] prompt, Optional<String> salt, int first) {
        KvCacheTier.Found found = within(server.lookup(prompt, salt));
        return within(server.load(found, Math.min(first, found.chunks())));
    }

    static <T> T within(CompletableFuture<T> future) {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** One sample of a scrape, labels as they stand in the text; -1 where it is not there. */
    static double metric(CacheServer server, String sample) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote("lmcache_mp_" + sample) + " (\\S+)$")
                .matcher(get(server, "/metrics").body());
        return line.find() ? Double.parseDouble(line.group(1)) : -1;
    }

    static HttpResponse<String> get(CacheServer server, String path) {
        return send(HttpRequest.newBuilder(server.endpoint().resolve(path)).GET());
    }

    static HttpResponse<String> post(CacheServer server, String path, String body) {
        return send(HttpRequest.newBuilder(server.endpoint().resolve(path))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.timeout(Duration.ofSeconds(10)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("no answer", e);
        }
    }

    static ObjectStoreAccess at(URI endpoint, ObjectStoreAccess access) {
        return new ObjectStoreAccess(
                endpoint, access.region(), access.bucket(), access.keyPrefix(), true, access.credentials(), "test");
    }

    static URI closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
