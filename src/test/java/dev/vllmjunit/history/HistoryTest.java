package dev.vllmjunit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.Repetitions;
import dev.vllmjunit.history.Accepting.Accepted;
import dev.vllmjunit.kvstore.EmbeddedObjectStore;
import dev.vllmjunit.topology.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

    private final Path directory;
    private final Past past;

    HistoryTest(@TempDir Path directory) {
        this.directory = directory;
        this.past = Past.in(directory);
    }

    @Test
    void keepsAFilePerResultInAFolderPerFingerprint() throws IOException {
        past.nights(2, 500).vllm("0.33.0").nights(1, 500);

        try (Stream<Path> folders = Files.list(directory)) {
            assertThat(folders).hasSize(2);
        }
        assertThat(files()).hasSize(3).allMatch(file -> file.getFileName()
                .toString()
                .matches("2026030[123]T020000\\.000Z-[0-9a-f]{8}\\.json"));
    }

    @Test
    void keepsEveryFigureOfAResultAndOfItsRepetitions() {
        BenchmarkResult pooled = Repetitions.pool(List.of(past.tonight(500), past.tonight(520)));
        past.history().add(pooled);

        Entry kept = only();
        assertThat(kept.figures())
                .containsKeys(
                        Measure.TTFT_MEAN,
                        Measure.TTFT_P50,
                        Measure.TPOT_MEAN,
                        Measure.ITL_MEAN,
                        Measure.END_TO_END_MEAN,
                        Measure.THROUGHPUT,
                        Measure.TOTAL_TIME)
                .doesNotContainKey(Measure.TTFT_P99)
                .containsEntry(Measure.HIT_RATE, 0.9);
        assertThat(kept.repetitions()).hasSize(2);
        assertThat(kept).isEqualTo(Entry.parse(kept.json()));
    }

    @Test
    void keepsInvalidResultsOutOfTheNoise() {
        past.nights(6, 500);
        past.history()
                .add(past.night(5_000)
                        .problem(InvalidReason.CLIENT_TOO_SLOW, "late")
                        .build());

        assertThat(past.history().review(past.tonight(500), Measure.MAIN).earlier())
                .isEqualTo(6);
        assertThat(files()).hasSize(7);
    }

    @Test
    void keepsNoBearerTokenThatAProblemQuotes() throws IOException {
        Settings settings = new Settings(
                Map.of("vllm.attach.token", "open-sesame-17", "vllm.history", directory.toString()),
                Map.of(),
                name -> Optional.empty());
        History history = History.of(settings).orElseThrow();

        history.add(past.night(500)
                .problem(InvalidReason.REQUESTS_FAILED, "the router knows no open-sesame-17")
                .build());

        assertThat(Files.readString(files().get(0)))
                .contains("REQUESTS_FAILED: the router knows no ****")
                .doesNotContain("open-sesame-17");
    }

    @Test
    void comparesAResultWithEarlierOnesOnlyAlsoOnceItIsKept() {
        past.nights(6, 500);
        BenchmarkResult tonight = past.tonight(500);
        past.history().add(tonight);
        past.nights(3, 500);

        assertThat(past.history().review(tonight, Measure.MAIN).earlier()).isEqualTo(6);
    }

    @Test
    void leavesOutWhatItCannotRead() throws IOException {
        past.nights(6, 500);
        List<Path> files = files();
        Files.writeString(files.get(0), "{\"format\": 1, \"star");
        Files.writeString(files.get(1), Files.readString(files.get(1)).replace("\"format\" : 1", "\"format\" : 2"));
        Files.writeString(files.get(2), Files.readString(files.get(2)).replace("0.32.0", "0.31.0"));

        assertThat(past.history().review(past.tonight(500), Measure.MAIN).earlier())
                .isEqualTo(3);
    }

    @Test
    void takesResultsOfSeveralWritersAtATime() {
        List<BenchmarkResult> results =
                IntStream.range(0, 40).mapToObj(i -> past.tonight(500)).toList();

        CompletableFuture.allOf(results.stream()
                        .map(result ->
                                CompletableFuture.runAsync(() -> past.history().add(result)))
                        .toArray(CompletableFuture[]::new))
                .join();

        assertThat(past.history().review(past.tonight(500), Measure.MAIN).earlier())
                .isEqualTo(40);
    }

    @Test
    void ofALongHistoryTheBeginningAndTheEndAreComparedWith() {
        past.nights(230, 500);

        Review review = past.history().review(past.tonight(500), List.of(Measure.TTFT_MEAN));

        assertThat(review.earlier()).isEqualTo(200);
        assertThat(review.trends().get(0).points().get(0).at()).isEqualTo(Past.FIRST);
    }

    @Test
    void anAcceptedBaselineIsABlockInAReadableFile() {
        past.nights(10, 500).nights(6, 600);

        Accepted accepted = past.accept("the model checks more");

        assertThat(accepted.isNew()).isTrue();
        assertThat(Path.of(accepted.file()))
                .content()
                .startsWith("# Accepted baselines, the last one in force. Written by dev.vllmjunit.AcceptBaseline.\n"
                        + "fingerprint:\n")
                .endsWith(
                        """
                        accepted:
                        - at: 2026-12-24T12:00:00Z
                          by: ada
                          reason: the model checks more
                          since: 2026-03-11T02:00:00Z
                          results: 6
                          figures:
                            ttft_mean: "605 ms (before 499 ms, +21.2 %), noise 2.14 %"
                            ttft_p50: "605 ms (before 499 ms, +21.2 %), noise 2.14 %"
                            tpot_mean: "20 ms, noise 0 %"
                            throughput: "17.7 tokens/s (before 20 tokens/s, -11.7 %), noise 1.39 %"
                        """);
    }

    @Test
    void acceptingTheSameLevelAgainChangesNothing() throws IOException {
        past.nights(10, 500).nights(6, 600);
        Path file = Path.of(past.accept("the model checks more").file());
        String before = Files.readString(file);

        assertThat(past.nights(2, 600).accept("again").isNew()).isFalse();
        assertThat(file).content().isEqualTo(before);
    }

    @Test
    void aSecondAcceptanceIsAddedToTheFirst() throws IOException {
        past.nights(10, 500);
        Path file = Path.of(past.accept("first").file());
        String before = Files.readString(file);
        past.nights(6, 700).accept("second");

        assertThat(file)
                .content()
                .startsWith(before)
                .contains("reason: second", "706 ms (before 499 ms, +41.4 %), noise 2.14 %");
    }

    @Test
    void aLevelOfTooFewResultsIsNotAccepted() {
        past.nights(10, 500).nights(4, 700);

        assertThatIllegalStateException()
                .isThrownBy(() -> past.accept("hurry"))
                .withMessage("the level of " + past.history().folders().get(0)
                        + " is known from 4 valid results since 2026-03-11T02:00:00Z, but a baseline needs 5 or more;"
                        + " run the test again, 1 times");
    }

    @Test
    void anInvalidLatestResultIsNotAccepted() {
        past.nights(10, 500);
        past.history()
                .add(past.night(500)
                        .problem(InvalidReason.CLIENT_TOO_SLOW, "late by 9 ms")
                        .build());

        assertThatIllegalStateException()
                .isThrownBy(() -> past.accept("hurry"))
                .withMessage("the latest result of " + past.history().folders().get(0)
                        + ", of 2026-03-11T02:00:00Z, is INVALID (CLIENT_TOO_SLOW: late by 9 ms); accept a baseline"
                        + " after a valid run");
    }

    @Test
    void acceptingNeedsAReasonAndOneFingerprint() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> past.accept(" "))
                .withMessage("no reason is given; write -Dbaseline.reason=\"…\" for those who read it later");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> past.accept("all"))
                .withMessage("no fingerprint is named; write -Dbaseline.of=… with a part of one of these names that no"
                        + " other has: there is none yet");
        past.nights(1, 500).vllm("0.33.0").nights(1, 500);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> past.accept("all"))
                .withMessage("no fingerprint is named; write -Dbaseline.of=… with a part of one of these names that no"
                        + " other has:\n  " + String.join("\n  ", past.history().folders()));
    }

    @Test
    void aDamagedBaselineIsAnErrorThatNamesTheFile() throws IOException {
        past.nights(10, 500);
        Path file = Path.of(past.accept("first").file());
        Files.writeString(file, "accepted: [");

        assertThatIllegalStateException()
                .isThrownBy(() -> past.history().review(past.tonight(500), Measure.MAIN))
                .withMessageStartingWith(file + " is damaged (")
                .withMessageEndingWith("; restore it, or delete it to compare with all results again");
    }

    @Test
    void livesInS3AsWell() {
        try (EmbeddedObjectStore store = EmbeddedObjectStore.start();
                Archive archive = new BucketArchive(store.access("us-east-1", "histories", "team/"))) {
            Past remote = Past.in(archive);
            remote.nights(10, 500).nights(6, 600);

            Accepted accepted = remote.accept("the model checks more");
            Review review = remote.history().review(remote.tonight(600), Measure.MAIN);

            assertThat(accepted.file())
                    .isEqualTo(
                            "s3://histories/team/" + remote.history().folders().get(0) + "/baseline.yaml");
            assertThat(review.earlier()).isEqualTo(6);
            assertThat(review.accepted()).contains(accepted.since());
        }
    }

    @Test
    void isWhereTheSettingSays() {
        assertThat(archive(Map.of()).orElseThrow().locate("f", "x")).isEqualTo("reports/history/f/x");
        assertThat(archive(Map.of("vllm.reports.dir", "out")).orElseThrow().locate("f", "x"))
                .isEqualTo("out/history/f/x");
        assertThat(archive(Map.of("vllm.history", "kept")).orElseThrow().locate("f", "x"))
                .isEqualTo("kept/f/x");
        assertThat(archive(Map.of("vllm.history", "s3://histories/team"))
                        .orElseThrow()
                        .locate("f", "x"))
                .isEqualTo("s3://histories/team/f/x");
        assertThat(archive(Map.of("vllm.history", "s3://histories"))
                        .orElseThrow()
                        .locate("f", "x"))
                .isEqualTo("s3://histories/f/x");
        assertThat(archive(Map.of("vllm.history", "off"))).isEmpty();
    }

    private static Optional<Archive> archive(Map<String, String> properties) {
        return Archive.of(new Settings(properties, Map.of(), name -> Optional.empty()));
    }

    private Entry only() {
        return past.history().entries(past.history().folders().get(0)).get(0);
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
