package dev.vllmjunit.provision.local.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.vllmjunit.provision.ProvisionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildOnceTest {

    private final AtomicInteger builds = new AtomicInteger();
    private final Path cache;

    BuildOnceTest(@TempDir Path cache) {
        this.cache = cache;
    }

    @Test
    void buildsOnce() throws IOException {
        Path first = BuildOnce.directory(target(), line -> {}, this::build);
        Path second = BuildOnce.directory(target(), line -> {}, this::build);

        assertThat(first).isEqualTo(second).isEqualTo(target());
        assertThat(Files.readString(target().resolve("content"))).isEqualTo("1");
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        CountDownLatch building = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Path> first =
                CompletableFuture.supplyAsync(() -> BuildOnce.directory(target(), line -> {}, directory -> {
                    building.countDown();
                    await(waiting);
                    build(directory);
                }));
        await(building);
        CompletableFuture<Path> second = CompletableFuture.supplyAsync(() -> BuildOnce.directory(
                target(),
                line -> {
                    assertThat(line).isEqualTo("Another process builds " + target() + "; waiting for it");
                    waiting.countDown();
                },
                this::build));

        assertThat(List.of(first.get(), second.get())).containsOnly(target());
        assertThat(builds).hasValue(1);
    }

    @Test
    void nothingIsLeftOfAFailedBuildAndTheNextOneSucceeds() {
        assertThatExceptionOfType(ProvisionException.class)
                .isThrownBy(() -> BuildOnce.directory(target(), line -> {}, directory -> {
                    build(directory);
                    throw new ProvisionException("no index");
                }))
                .withMessage("no index");
        assertThat(cache).isDirectoryNotContaining(path -> Files.isDirectory(path));

        BuildOnce.directory(target(), line -> {}, this::build);

        assertThat(target().resolve("content")).hasContent("2");
    }

    @Test
    void whatAKilledBuildLeftIsNeverUsed() throws IOException {
        Files.createDirectories(target());
        Files.writeString(target().resolve("content"), "half");
        Files.createDirectories(cache.resolve("thing.building/deep"));

        BuildOnce.directory(target(), line -> {}, this::build);

        assertThat(target().resolve("content")).hasContent("1");
        assertThat(cache.resolve("thing.building")).doesNotExist();
    }

    private void build(Path directory) throws IOException {
        Files.writeString(directory.resolve("content"), String.valueOf(builds.incrementAndGet()));
    }

    private Path target() {
        return cache.resolve("thing");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
