package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.LongDocumentQa.longDocumentQa;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class LongDocumentQaTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LongDocumentQa SMALL =
            longDocumentQa().documents(4).documentLength(300).repeat(2);

    @Test
    void defaultsAreTheGuidesDocuments() {
        Schedule schedule = plan(longDocumentQa());

        assertThat(schedule.name()).isEqualTo("10 documents x 20000 tokens, 3 rounds, random");
        assertThat(schedule.path()).isEqualTo("/v1/completions");
        assertThat(schedule.arrivals()).isEqualTo(new Arrivals.ClosedLoop(1));
        assertThat(schedule.requests()).hasSize(30).allMatch(request -> request.promptTokens() == 20_000);
        assertThat(schedule.promptTokens()).isEqualTo(600_000);
        assertThat(schedule.outputTokens()).isEqualTo(600);
    }

    @Test
    void aBodyAsksForAStreamOfExactlySoManyTokens() {
        JsonNode body = json(plan(SMALL.outputTokens(7)).requests().get(0));

        assertThat(body.get("model").textValue()).isEqualTo("model");
        assertThat(body.get("max_tokens").intValue()).isEqualTo(7);
        assertThat(body.get("temperature").intValue()).isZero();
        assertThat(body.get("ignore_eos").booleanValue()).isTrue();
        assertThat(body.get("stream").booleanValue()).isTrue();
        assertThat(body.at("/stream_options/include_usage").booleanValue()).isTrue();
        assertThat(body).hasSize(7);
    }

    @ParameterizedTest
    @MethodSource("dev.vllmjunit.workload.Tokenizers#all")
    void lengthsAreExactByAnyTokenizer(Tokenizer tokenizer) {
        for (int length : new int[] {16, 17, 255, 256, 1_000, 4_099}) {
            Schedule schedule = longDocumentQa()
                    .documents(5)
                    .documentLength(length)
                    .forcedMisses(2, 1)
                    .plan("model", tokenizer);

            assertThat(schedule.requests()).allSatisfy(request -> assertThat(tokenizer.tokenize(prompt(request)))
                    .hasSize(length)
                    .hasSize(request.promptTokens()));
        }
    }

    @Test
    void aLongDocumentTakesFewTokenizerCalls() {
        AtomicInteger calls = new AtomicInteger();
        longDocumentQa().documents(20).plan("model", text -> {
            calls.incrementAndGet();
            return Tokenizers.real(text);
        });

        assertThat(calls).hasValueLessThanOrEqualTo(20 * 4);
    }

    @Test
    void aLengthThatTheTokenizerNeverGivesIsAnError() {
        Tokenizer even = text -> new int[2 * text.length()];

        assertThatIllegalStateException()
                .isThrownBy(() -> SMALL.documentLength(301).plan("model", even))
                .withMessageMatching(
                        "the tokenizer gives no text of exactly 301 tokens near the first \\d+ words of the"
                                + " document; choose another documentLength");
    }

    @ParameterizedTest
    @MethodSource("dev.vllmjunit.workload.Tokenizers#all")
    void noTwoDocumentsShareAFirstBlock(Tokenizer tokenizer) {
        Schedule schedule =
                longDocumentQa().documents(1_100).documentLength(32).repeat(1).plan("model", tokenizer);

        assertThat(schedule.requests().stream()
                        .map(request ->
                                Arrays.toString(Arrays.copyOf(tokenizer.tokenize(prompt(request)), Prompt.BLOCK)))
                        .distinct())
                .hasSize(1_100);
    }

    @Test
    void documentsOfAllSeedsDifferFromTheFirstWordOn() {
        Schedule schedule = plan(SMALL.documents(200).repeat(1));

        assertThat(schedule.requests().stream().map(request -> prompt(request).split(" ", 2)[0]))
                .doesNotHaveDuplicates();
        assertThat(prompt(plan(SMALL.seed(2).order(RepeatMode.TILE)).requests().get(0)))
                .isNotEqualTo(prompt(
                        plan(SMALL.seed(1).order(RepeatMode.TILE)).requests().get(0)));
    }

    @Test
    void documentsWithOneFirstBlockAreRefused() {
        Tokenizer blind = text -> new int[text.split(" ", -1).length];

        assertThatIllegalStateException()
                .isThrownBy(() -> SMALL.plan("model", blind))
                .withMessage(
                        "documents 0 and 1 start with the same 16 tokens by this tokenizer and would share a cache block;"
                                + " use another seed");
    }

    @Test
    void theScriptsOwnTextStartsWithTheDocumentsNumber() {
        Schedule schedule = plan(SMALL.text(DocumentText.VLLM_SCRIPT).order(RepeatMode.TILE));

        assertThat(prompt(schedule.requests().get(3))).startsWith("3hi hi hi hi");
        assertThat(schedule.requests()).allMatch(request -> request.promptTokens() == 300);
    }

    @ParameterizedTest
    @EnumSource(RepeatMode.class)
    void eachModeAsksEachDocumentInEachRound(RepeatMode mode) {
        Schedule schedule = plan(SMALL.order(mode).repeat(3));

        assertThat(documents(schedule).stream().collect(Collectors.groupingBy(id -> id, Collectors.counting())))
                .hasSize(4)
                .allSatisfy((document, copies) -> assertThat(copies).isEqualTo(3));
        assertThat(schedule.firstOfEachDocument()).hasSize(4).allMatch(request -> request.occurrence() == 0);
    }

    @Test
    void modesOrderTheCopies() {
        assertThat(documents(plan(SMALL.order(RepeatMode.TILE)))).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
        assertThat(documents(plan(SMALL.order(RepeatMode.INTERLEAVE)))).containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
        assertThat(IntStream.range(0, 20)
                        .mapToObj(seed -> documents(plan(SMALL.seed(seed))))
                        .distinct())
                .hasSizeGreaterThan(15);
    }

    @Test
    void promptCountCutsThePatternOrStartsItAgain() {
        List<Integer> pattern = documents(plan(SMALL));

        assertThat(documents(plan(SMALL.promptCount(3)))).isEqualTo(pattern.subList(0, 3));
        List<Integer> longer = documents(plan(SMALL.promptCount(19)));
        assertThat(longer).hasSize(19);
        assertThat(longer.subList(0, 8)).isEqualTo(pattern);
        assertThat(longer.subList(8, 16)).isEqualTo(pattern);
        assertThat(longer.subList(16, 19)).isEqualTo(pattern.subList(0, 3));
        assertThat(plan(SMALL.promptCount(19)).name()).isEqualTo("4 documents x 300 tokens, 19 prompts, random");
    }

    @Test
    void occurrencesCountEarlierRequestsAboutTheDocument() {
        Schedule schedule = plan(SMALL.order(RepeatMode.TILE).promptCount(10));

        assertThat(schedule.requests())
                .extracting(PlannedRequest::occurrence)
                .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2);
        assertThat(schedule.requests()).extracting(PlannedRequest::index).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void requestsAboutOneDocumentShareTheirBytes() {
        Schedule schedule = plan(SMALL.order(RepeatMode.INTERLEAVE));

        assertThat(schedule.requests().get(1).body())
                .isSameAs(schedule.requests().get(0).body());
    }

    @Test
    void forcedMissesStartWithATextOfTheirOwn() {
        Schedule schedule = plan(SMALL.order(RepeatMode.INTERLEAVE).repeat(4).forcedMisses(3, 1));

        assertThat(schedule.name()).isEqualTo("4 documents x 300 tokens, 4 rounds, interleave, 1 of 4 forced to miss");
        assertThat(schedule.requests().stream()
                        .filter(PlannedRequest::forcedMiss)
                        .map(PlannedRequest::index))
                .containsExactly(3, 7, 11, 15);
        assertThat(prompt(schedule.requests().get(3)))
                .doesNotStartWith(opening(schedule.requests().get(0)));
        assertThat(prompt(schedule.requests().get(3)))
                .contains(opening(schedule.requests().get(0)));
        assertThat(schedule.requests().stream().map(LongDocumentQaTest::opening).distinct())
                .hasSize(4 + 4);
    }

    @Test
    void cachesAreFilledFromTheFirstRequestThatIsNotForcedToMiss() {
        Schedule schedule = plan(SMALL.order(RepeatMode.TILE).forcedMisses(0, 1).promptCount(8));
        assertThat(schedule.firstOfEachDocument()).isEmpty();

        Schedule alternating =
                plan(longDocumentQa().documents(1).documentLength(64).forcedMisses(1, 1));
        assertThat(alternating.firstOfEachDocument())
                .extracting(PlannedRequest::index)
                .containsExactly(0);
        Schedule late = plan(longDocumentQa()
                .documents(2)
                .documentLength(64)
                .order(RepeatMode.INTERLEAVE)
                .repeat(3)
                .forcedMisses(3, 1));
        assertThat(late.firstOfEachDocument()).extracting(PlannedRequest::index).containsExactly(0, 4);
    }

    @Test
    void questionsFollowTheDocumentInTurn() {
        Schedule schedule = plan(SMALL.order(RepeatMode.INTERLEAVE)
                .repeat(3)
                .questions("Who wrote this?", "What is it about, in one sentence?"));

        assertThat(schedule.name()).isEqualTo("4 documents x 300 tokens, 3 rounds, interleave, 2 questions");
        List<PlannedRequest> requests = schedule.requests();
        String document = prompt(requests.get(0)).replace("\n\nWho wrote this?", "");
        assertThat(Tokenizers.real(document)).hasSize(300);
        assertThat(prompt(requests.get(1))).isEqualTo(document + "\n\nWhat is it about, in one sentence?");
        assertThat(prompt(requests.get(2))).isEqualTo(prompt(requests.get(0)));
        assertThat(requests).allSatisfy(request -> assertThat(request.promptTokens())
                .isEqualTo(Tokenizers.real(prompt(request)).length)
                .isGreaterThan(300));
    }

    @Test
    void theSamePlanIsTheSameByteForByte() {
        LongDocumentQa workload =
                SMALL.seed(42).forcedMisses(1, 1).poissonRate(3).questions("Why?");

        Schedule one = plan(workload);
        Schedule other = plan(workload);

        assertThat(one.requests())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyElementsOf(other.requests());
        assertThat(bytes(one)).isEqualTo(bytes(other)).isNotEqualTo(bytes(plan(workload.seed(43))));
    }

    @Test
    void aConstantRateStartsRequestsInEqualSteps() {
        Schedule schedule = plan(SMALL.requestRate(4));

        assertThat(schedule.arrivals()).isEqualTo(new Arrivals.ConstantRate(4));
        assertThat(schedule.requests())
                .extracting(PlannedRequest::intendedStart)
                .startsWith(Duration.ZERO, Duration.ofMillis(250), Duration.ofMillis(500));
    }

    @Test
    void aPoissonProcessHasTheRateAndTheSpreadOfOne() {
        List<Duration> starts = plan(SMALL.promptCount(4_000).poissonRate(50)).requests().stream()
                .map(PlannedRequest::intendedStart)
                .toList();

        double[] gaps = IntStream.range(1, starts.size())
                .mapToDouble(i -> starts.get(i).minus(starts.get(i - 1)).toNanos() / 1e9)
                .toArray();
        double mean = Arrays.stream(gaps).average().orElseThrow();
        double variance = Arrays.stream(gaps)
                .map(gap -> (gap - mean) * (gap - mean))
                .average()
                .orElseThrow();
        assertThat(mean).isBetween(0.019, 0.021);
        assertThat(Math.sqrt(variance)).isBetween(0.018, 0.022);
        assertThat(Arrays.stream(gaps).min().orElseThrow()).isNotNegative();
    }

    @Test
    void theSeedOfArrivalsIsTheWorkloadsWheneverItIsGiven() {
        assertThat(plan(SMALL.poissonRate(2).seed(9)).arrivals())
                .isEqualTo(plan(SMALL.seed(9).poissonRate(2)).arrivals())
                .isEqualTo(new Arrivals.Poisson(2, 9));
    }

    @Test
    void methodsLeaveTheWorkloadAsItWas() {
        List<Integer> before = documents(plan(SMALL));
        SMALL.documents(9)
                .repeat(7)
                .order(RepeatMode.TILE)
                .questions("?")
                .seed(5)
                .outputTokens(3)
                .concurrency(8);

        assertThat(documents(plan(SMALL))).isEqualTo(before);
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        refused(() -> SMALL.documents(0), "documents is 0, but must be 1 or more");
        refused(() -> SMALL.documentLength(15), "documentLength is 15, but must be 16 or more");
        refused(() -> SMALL.repeat(0), "repeat is 0, but must be 1 or more");
        refused(() -> SMALL.promptCount(-1), "promptCount is -1, but must be 1 or more");
        refused(() -> SMALL.forcedMisses(-1, 2), "forcedMisses' hits is -1, but must be 0 or more");
        refused(() -> SMALL.forcedMisses(1, -2), "forcedMisses' misses is -2, but must be 0 or more");
        refused(() -> SMALL.forcedMisses(0, 0), "forcedMisses' sum of hits and misses is 0, but must be 1 or more");
        refused(() -> SMALL.outputTokens(0), "outputTokens is 0, but must be 1 or more");
        refused(() -> SMALL.concurrency(0), "concurrency is 0, but must be 1 or more");
        refused(
                () -> SMALL.requestRate(0),
                "requestRate is 0.0 requests per second, but must be a finite number above 0");
        refused(
                () -> SMALL.poissonRate(Double.NaN),
                "poissonRate is NaN requests per second, but must be a finite number above 0");
        refused(() -> SMALL.questions("Why?", " "), "question 2 is blank, but must say something");
    }

    private static void refused(Runnable call, String message) {
        assertThatIllegalArgumentException().isThrownBy(call::run).withMessage(message);
    }

    private static Schedule plan(LongDocumentQa workload) {
        return workload.plan("model", Tokenizers::real);
    }

    private static List<Integer> documents(Schedule schedule) {
        return schedule.requests().stream().map(PlannedRequest::documentId).toList();
    }

    private static List<String> bytes(Schedule schedule) {
        return schedule.requests().stream()
                .map(request -> Arrays.toString(request.body()))
                .collect(Collectors.collectingAndThen(Collectors.toList(), Collections::unmodifiableList));
    }

    private static String opening(PlannedRequest request) {
        return prompt(request).substring(0, 60);
    }

    private static String prompt(PlannedRequest request) {
        return json(request).get("prompt").textValue();
    }

    private static JsonNode json(PlannedRequest request) {
        try {
            return JSON.readTree(request.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
