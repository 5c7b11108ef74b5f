package dev.vllmjunit.workload;

import static dev.vllmjunit.workload.Conversations.conversations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationsTest {

    private static final Conversations SMALL = conversations()
            .count(2)
            .turns(3)
            .systemPromptTokens(100)
            .userTokens(50)
            .outputTokens(20);

    @Test
    void aTurnsPromptIsEverythingBeforeItAndTheUsersNewText() {
        List<PlannedRequest> turns = plan(SMALL).requests();

        assertThat(turns)
                .extracting(turn -> turn.documentId() + "/" + turn.occurrence())
                .containsExactly("0/0", "0/1", "0/2", "1/0", "1/1", "1/2");
        assertThat(turns).extracting(PlannedRequest::promptTokens).containsExactly(150, 220, 290, 150, 220, 290);
        assertThat(turns).extracting(PlannedRequest::sharedTokens).containsExactly(0, 150, 220, 100, 150, 220);
        assertThat(Bodies.prompt(turns.get(2))).startsWith(Bodies.prompt(turns.get(1)));
        assertThat(Bodies.prompt(turns.get(1))).startsWith(Bodies.prompt(turns.get(0)));
        assertThat(turns).allMatch(turn -> turn.maxTokens() == 20);
    }

    @Test
    void withoutASystemPromptConversationsShareNothing() {
        List<PlannedRequest> turns = plan(SMALL.systemPromptTokens(0).turns(1)).requests();

        assertThat(turns).extracting(PlannedRequest::sharedTokens).containsExactly(0, 0);
    }

    @Test
    void theTimetableHasNoStarts() {
        assertThat(plan(SMALL.concurrency(2).thinkTime(Duration.ofMillis(500))).timetable(1))
                .isEqualTo(
                        """
                2 conversations x 3 turns of 50 user and 20 assistant tokens, system prompt of 100 tokens
                6 requests to /v1/completions about 2 documents, 1320 prompt tokens, 120 output tokens; 2 conversations at a time, 0.5 s between turns
                +---------+----------+------------+-------------+---------------+---------------+
                | request | document | occurrence | forced miss | prompt tokens | output tokens |
                +---------+----------+------------+-------------+---------------+---------------+
                |       0 |        0 |          0 |             |           150 |            20 |
                +---------+----------+------------+-------------+---------------+---------------+
                and 5 more""");
    }

    @Test
    void aRateIsOfAllTurnsTogether() {
        Schedule schedule = plan(
                SMALL.count(3).requestRate(4).thinkTime(Duration.ofMillis(500)).turns(2));

        assertThat(schedule.arrivals().describe())
                .isEqualTo("first turns: constant rate, 2.0 requests/s; 0.5 s between turns");
        assertThat(schedule.arrivals().openLoop()).isFalse();
        assertThat(schedule.requests())
                .extracting(turn ->
                        turn.documentId() + " at " + turn.intendedStart().toMillis())
                .containsExactly("0 at 0", "0 at 0", "1 at 500", "1 at 500", "2 at 1000", "2 at 1000");
    }

    @Test
    void conversationsComeAtRandomOrWaitForASlot() {
        assertThat(plan(SMALL.poissonRate(6).seed(7)).arrivals())
                .isEqualTo(new Arrivals.OpenConversations(new Arrivals.Poisson(2, 7), Duration.ZERO));
        assertThat(plan(SMALL.poissonRate(6).concurrency(2)).arrivals())
                .isEqualTo(new Arrivals.Conversations(2, Duration.ZERO));
        assertThat(plan(SMALL.concurrency(2).poissonRate(6)).requests())
                .extracting(turn -> turn.intendedStart().isZero())
                .containsOnly(false);
    }

    @Test
    void firstTurnsWaitForNothing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Arrivals.OpenConversations(new Arrivals.ClosedLoop(2), Duration.ZERO))
                .withMessage(
                        "first turns come as a closed loop, 2 at a time, but must come at times that are known beforehand");
    }

    @Test
    void thePlanIsTheSameEachTimeAndAnotherForAnotherSeed() {
        assertThat(plan(SMALL).requests().get(4).body())
                .isEqualTo(plan(SMALL).requests().get(4).body())
                .isNotEqualTo(plan(SMALL.seed(1)).requests().get(4).body());
    }

    @Test
    void refusesWhatIsNotAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.count(0))
                .withMessage("count is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.turns(0))
                .withMessage("turns is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.systemPromptTokens(-1))
                .withMessage("systemPromptTokens is -1, but must be 0 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.userTokens(15))
                .withMessage("userTokens is 15, but must be 16 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.outputTokens(0))
                .withMessage("outputTokens is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.concurrency(0))
                .withMessage("concurrency is 0, but must be 1 or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.requestRate(0))
                .withMessage("requestRate is 0.0 requests per second, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.poissonRate(-1))
                .withMessage("poissonRate is -1.0 requests per second, but must be a finite number above 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SMALL.thinkTime(Duration.ofMillis(-1)))
                .withMessage("thinkTime is -0.001 s, but must be 0 or longer");
    }

    private static Schedule plan(Conversations workload) {
        return workload.plan("model", Tokenizers::real);
    }
}
