package dev.vllmjunit.provision.local.install;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/** The scripts that come with this library, as files. */
public final class Scripts {

    static final String LOCK = "requirements.lock";
    static final String FINISH = "finish_environment.py";
    static final String MODEL = "make_tiny_model.py";
    private static final String GUARD = "guard.py";
    private static final String CACHE_SERVER = "cache_server.py";
    private static final String CEPH = "ceph.sh";
    private static final String SITE = "sitecustomize.py";
    private static final String TIERING = "cpu_tiering_spec.py";
    private static final List<String> ALL = List.of(LOCK, FINISH, MODEL, GUARD, CACHE_SERVER, CEPH, SITE, TIERING);
    private static final int HASH_DIGITS = 12;

    private final Path directory;

    private Scripts(Path directory) {
        this.directory = directory;
    }

    /** Writes them below the cache directory, unless they are there. */
    static Scripts in(Path cache) {
        StringBuilder contents = new StringBuilder();
        ALL.forEach(name -> contents.append(hash(name)));
        Path target =
                cache.resolve("scripts-" + hash(contents.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return new Scripts(BuildOnce.directory(target, line -> {}, Scripts::write));
    }

    private static void write(Path directory) throws IOException {
        for (String name : ALL) {
            Files.write(directory.resolve(name), content(name));
        }
        Files.write(directory.resolve("words.txt"), words());
    }

    /** Ends a process's family when its starter ends. */
    public Path guard() {
        return file(GUARD);
    }

    /** Runs LMCache's server. */
    public Path cacheServer() {
        return file(CACHE_SERVER);
    }

    /** Runs a Ceph cluster. */
    public Path ceph() {
        return file(CEPH);
    }

    /** To be put on {@code PYTHONPATH}: holds the fix of NIXL's idle core and vLLM's tiering on a CPU. */
    public Path site() {
        return directory;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** The first digits of a script's SHA-256, in hexadecimal. */
    static String hash(String name) {
        return hash(content(name));
    }

    private static String hash(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new ProvisionException("this Java has no SHA-256", e);
        }
    }

    private static byte[] words() {
        return read("/dev/vllmjunit/workload/words.txt");
    }

    private static byte[] content(String name) {
        return read("/dev/vllmjunit/local/" + name);
    }

    private static byte[] read(String resource) {
        try (InputStream stream = Scripts.class.getResourceAsStream(resource)) {
            return Objects.requireNonNull(stream, resource).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
