package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.MooncakeTrace.mooncakeTrace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The sample has two families of prompts behind block 0, and one prompt that is asked twice. */
class MooncakeTraceTest {

    private static final Path SAMPLE = Path.of("src/test/resources/dev/vllmjunit/workload/trace.jsonl");

    @Test
    void requestsComeAsRecorded() {
        Schedule schedule = plan(mooncakeTrace(SAMPLE));

        assertThat(schedule.name()).isEqualTo("trace trace.jsonl, 8 requests");
        assertThat(schedule.arrivals()).isEqualTo(new Arrivals.Recorded(1));
        assertThat(schedule.requests())
                .extracting(request -> request.intendedStart().toMillis())
                .containsExactly(0L, 400L, 800L, 1_200L, 1_400L, 1_800L, 2_100L, 2_500L);
        assertThat(schedule.requests())
                .extracting(PlannedRequest::promptTokens)
                .containsExactly(1_024, 1_024, 1_400, 600, 1_536, 1_800, 600, 2_300);
        assertThat(schedule.requests()).extracting(PlannedRequest::maxTokens).containsExactly(8, 4, 8, 4, 4, 8, 4, 12);
    }

    @ParameterizedTest
    @MethodSource("dev.vllmjunit.workload.Tokenizers#all")
    void promptsHaveExactlyTheRecordedLengths(Tokenizer tokenizer) {
        Schedule schedule = mooncakeTrace(SAMPLE).plan("model", tokenizer);

        assertThat(schedule.requests())
                .extracting(request -> tokenizer.tokenize(Bodies.prompt(request)).length)
                .containsExactly(1_024, 1_024, 1_400, 600, 1_536, 1_800, 600, 2_300);
    }

    @Test
    void equalHashIdsAreEqualText() {
        Schedule schedule = mooncakeTrace(SAMPLE).plan("model", Tokenizers::withBeginningOfSequence);

        assertThat(schedule.requests())
                .extracting(PlannedRequest::sharedTokens)
                .containsExactly(0, 512, 1_024, 1, 1_024, 1_024, 600, 1_536);
        assertThat(Bodies.prompt(schedule.requests().get(6)))
                .isEqualTo(Bodies.prompt(schedule.requests().get(3)));
        assertThat(schedule.distinctPrompts()).extracting(PlannedRequest::index).containsExactly(0, 1, 2, 3, 4, 5, 7);
    }

    @Test
    void requestsThatShareHalfTheirBlocksAskAboutOneDocument() {
        assertThat(plan(mooncakeTrace(SAMPLE)).requests())
                .extracting(request -> request.documentId() + "/" + request.occurrence())
                .containsExactly("0/0", "0/1", "0/2", "1/0", "0/3", "0/4", "1/1", "0/5");
    }

    @Test
    void theNameTellsWhatWasScaled() {
        Schedule schedule = plan(mooncakeTrace(SAMPLE)
                .requests(6)
                .speedUp(2)
                .maxInputTokens(1_100)
                .maxOutputTokens(4));

        assertThat(schedule.name())
                .isEqualTo("trace trace.jsonl, 6 requests, 2.0 times as fast, 3 of 6 prompts cut to 1100 tokens, 3 of 6"
                        + " outputs cut to 4 tokens");
        assertThat(schedule.arrivals().describe()).isEqualTo("at the recorded times, 2.0 times as fast");
        assertThat(schedule.requests().get(5).intendedStart()).isEqualTo(Duration.ofMillis(900));
        assertThat(schedule.requests())
                .allMatch(request -> request.promptTokens() <= 1_100)
                .allMatch(request -> request.maxTokens() == 4);
        assertThat(schedule.requests().get(5).sharedTokens()).isEqualTo(1_024);
    }

    @Test
    void aRateScalesAllGapsAlike() {
        Schedule schedule = plan(mooncakeTrace(SAMPLE).requestRate(5.6));

        assertThat(schedule.name()).isEqualTo("trace trace.jsonl, 8 requests, 5.6 requests/s on average");
        assertThat(schedule.arrivals()).isEqualTo(new Arrivals.Recorded(2));
        assertThat(schedule.requests())
                .extracting(request -> request.intendedStart().toMillis())
                .containsExactly(0L, 200L, 400L, 600L, 700L, 900L, 1_050L, 1_250L);
        assertThat(plan(mooncakeTrace(SAMPLE).requestRate(3)).arrivals().describe())
                .isEqualTo("at the recorded times, 1.071 times as fast");
    }

    @Test
    void ofRateAndSpeedUpTheLaterCounts() {
        assertThat(plan(mooncakeTrace(SAMPLE).requestRate(9).speedUp(3)).arrivals())
                .isEqualTo(new Arrivals.Recorded(3));
        assertThat(plan(mooncakeTrace(SAMPLE).speedUp(3).requests(2).requestRate(2.5))
                        .arrivals())
                .isEqualTo(new Arrivals.Recorded(1));
    }

    @Test
    void requestsThatComeAtOnceHaveNoRateToChange(@TempDir Path folder) {
        String line = "{\"timestamp\": 8, \"input_length\": 9, \"output_length\": 1, \"hash_ids\": [1]}\n";
        Path atOnce = write(folder, line.repeat(2));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(mooncakeTrace(atOnce).requestRate(1)))
                .withMessage("requestRate needs a trace whose first and last request are apart, but all 2 come at once;"
                        + " replay more of it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(mooncakeTrace(atOnce).requests(1).requestRate(1)))
                .withMessage("requestRate needs a trace whose first and last request are apart, but there is 1 request;"
                        + " replay more of it");
    }

    @Test
    void thePlanIsTheSameEachTimeAndAnotherForAnotherSeed() {
        MooncakeTrace trace = mooncakeTrace(SAMPLE).requests(2);

        assertThat(plan(trace).requests().get(1).body())
                .isEqualTo(plan(trace).requests().get(1).body())
                .isNotEqualTo(plan(trace.seed(1)).requests().get(1).body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no json | no JSON: Unrecognized token 'no': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
                "{} | timestamp is missing, but must be a number of milliseconds",
                "{\"timestamp\": 9} | hash_ids is missing, but must be a list of whole numbers",
                "{\"timestamp\": 9, \"hash_ids\": [1]} | input_length is missing, but must be a whole number from 0 to 2147483647",
                "{\"timestamp\": 9, \"input_length\": 0, \"output_length\": 1, \"hash_ids\": []} | input_length is 0, but must be 1 or more",
                "{\"timestamp\": 9, \"input_length\": 513, \"output_length\": 1, \"hash_ids\": [1]} | hash_ids has 1 ids, but input_length 513 needs 2, one for each block of 512 tokens",
                "{\"timestamp\": 7, \"input_length\": 9, \"output_length\": 1, \"hash_ids\": [1]} | timestamp 7.0 is earlier than the one before; sort the lines by timestamp"
            })
    void aLineThatIsNoRequestIsNamed(String line, String message, @TempDir Path folder) {
        Path file = write(
                folder, "{\"timestamp\": 8, \"input_length\": 9, \"output_length\": 1, \"hash_ids\": [1]}\n\n" + line);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(mooncakeTrace(file)))
                .withMessage("trace " + file + ", line 3: " + message);
    }

    @Test
    void aFileWithoutRequestsIsNamed(@TempDir Path folder) {
        Path empty = write(folder, "");
        Path missing = folder.resolve("missing.jsonl");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(mooncakeTrace(empty)))
                .withMessage(
                        "trace " + empty + " has no request; give a file with one JSON object a line, with timestamp,"
                                + " input_length, output_length and hash_ids");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(mooncakeTrace(missing)))
                .withMessage("trace " + missing + " can't be read as UTF-8 text: java.nio.file.NoSuchFileException: "
                        + missing);
    }

    @Test
    void refusesWhatIsNotAllowed() {
        MooncakeTrace trace = mooncakeTrace(SAMPLE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> trace.requests(0))
                .withMessage("requests is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trace.speedUp(0))
                .withMessage("speedUp is 0.0, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trace.requestRate(0))
                .withMessage("requestRate is 0.0 requests per second, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trace.maxInputTokens(15))
                .withMessage("maxInputTokens is 15, but must be 16 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> trace.maxOutputTokens(0))
                .withMessage("maxOutputTokens is 0, but must be 1 or more");
    }

    private static Path write(Path folder, String text) {
        try {
            return Files.writeString(folder.resolve("given.jsonl"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Schedule plan(MooncakeTrace trace) {
        return trace.plan("model", Tokenizers::real);
    }
}
