package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentFolderTest {

    private Path folder = Path.of("unset");

    @BeforeEach
    void twoDocuments(@TempDir Path directory) throws IOException {
        folder = directory;
        Files.writeString(folder.resolve("b.txt"), "The harbour was quiet.\n\n".repeat(100));
        Files.writeString(folder.resolve("a.md"), "Grüße aus Köln: naïve café.\n".repeat(100));
        Files.writeString(folder.resolve(".hidden"), "no");
        Files.createDirectory(folder.resolve("sub"));
    }

    @Test
    void usesFilesWholeInTheOrderOfTheirNames() {
        Schedule schedule = plan(longDocumentQa().documentsFrom(folder).order(RepeatMode.TILE));

        assertThat(schedule.name()).isEqualTo("2 documents from files, 3 rounds, tile");
        assertThat(schedule.requests()).hasSize(6);
        assertThat(body(schedule, 0)).contains("Grüße aus Köln");
        assertThat(schedule.requests().get(0).promptTokens())
                .isEqualTo(Tokenizers.real("Grüße aus Köln: naïve café.\n".repeat(100)).length);
        assertThat(body(schedule, 1)).contains("The harbour was quiet.\\n\\nThe");
    }

    @Test
    void cutsFilesToTheLengthAskedFor() {
        Schedule schedule =
                plan(longDocumentQa().documentsFrom(folder).documentLength(123).forcedMisses(1, 1));

        assertThat(schedule.name()).isEqualTo("2 documents x 123 tokens, 3 rounds, random, 1 of 2 forced to miss");
        assertThat(schedule.requests()).hasSize(6).allMatch(request -> request.promptTokens() == 123);
    }

    @Test
    void aForcedMissOfAWholeFileIsLongerByItsPrefix() {
        Schedule schedule =
                plan(longDocumentQa().documentsFrom(folder).documents(1).forcedMisses(1, 1));

        assertThat(schedule.requests().get(1).promptTokens())
                .isGreaterThan(schedule.requests().get(0).promptTokens());
    }

    @Test
    void takesTheFirstFilesWhenTheirNumberIsGiven() {
        assertThat(plan(longDocumentQa().documentsFrom(folder).documents(1)).requests())
                .hasSize(3)
                .allMatch(request -> request.documentId() == 0);
    }

    @Test
    void fewerFilesThanAskedForIsAnError() {
        refused(
                longDocumentQa().documentsFrom(folder).documents(3),
                "documentsFrom(" + folder + ") needs 3 or more text files there, but found 2");
    }

    @Test
    void anEmptyFolderIsAnError() {
        refused(
                longDocumentQa().documentsFrom(folder.resolve("sub")),
                "documentsFrom(" + folder.resolve("sub") + ") needs 1 or more text files there, but found 0");
    }

    @Test
    void aMissingFolderIsAnError() {
        Path missing = folder.resolve("missing");
        refused(
                longDocumentQa().documentsFrom(missing),
                "documentsFrom(" + missing + ") needs a folder that can be read, but:"
                        + " java.nio.file.NoSuchFileException: " + missing);
    }

    @Test
    void aFileThatIsTooShortIsAnErrorThatNamesIt() throws IOException {
        Path stub = Files.writeString(folder.resolve("c.txt"), "Too short.");
        refused(
                longDocumentQa().documentsFrom(folder).documentLength(100),
                "document " + stub + " has 3 tokens, but needs 100; lower documentLength or take the file out of the"
                        + " folder");
    }

    @Test
    void aFileThatIsNoTextIsAnErrorThatNamesIt() throws IOException {
        Path binary = Files.write(folder.resolve("a.bin"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        refused(
                longDocumentQa().documentsFrom(folder),
                "document " + binary + " can't be read as UTF-8 text: java.nio.charset.MalformedInputException: Input"
                        + " length = 1");
    }

    private static void refused(LongDocumentQa workload, String message) {
        assertThatIllegalArgumentException().isThrownBy(() -> plan(workload)).withMessage(message);
    }

    private static Schedule plan(LongDocumentQa workload) {
        return workload.plan("model", Tokenizers::real);
    }

    private static String body(Schedule schedule, int request) {
        return new String(schedule.requests().get(request).body(), StandardCharsets.UTF_8);
    }
}
