package dev.vllmjunit.load;

import static dev.vllmjunit.load.Responses.stream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.load.ScriptedServer.Pause;
import dev.vllmjunit.load.ScriptedServer.Received;
import dev.vllmjunit.load.ScriptedServer.Send;
import dev.vllmjunit.workload.Arrivals;
import dev.vllmjunit.workload.PlannedRequest;
import dev.vllmjunit.workload.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Conversations of three turns, one after the other in the schedule. */
class ConversationPacingTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration THINK_TIME = Duration.ofMillis(50);
    private static final int TURNS = 3;

    @Test
    void aTurnIsIntendedAThinkTimeAfterTheEndOfTheOneBefore() {
        LoadResult result = run(2, 2, ScriptedServer.answering(stream(1)));

        for (int position = 0; position < 2 * TURNS; position++) {
            RequestRecord turn = result.requests().get(position);
            assertThat(turn.error()).isEmpty();
            assertThat(turn.intendedNanos()).isEqualTo(intended(result, position));
            assertThat(turn.sentNanos()).isGreaterThanOrEqualTo(turn.intendedNanos());
        }
    }

    @Test
    void aConversationWaitsForASlot() {
        LoadResult result = run(3, 1, ScriptedServer.answering(stream(1)));

        List<RequestRecord> turns = result.requests();
        assertThat(turns.get(0).intendedNanos()).isEqualTo(result.startNanos());
        assertThat(turns.get(TURNS).intendedNanos())
                .isEqualTo(turns.get(TURNS - 1).endNanos());
        assertThat(turns.get(2 * TURNS).intendedNanos())
                .isEqualTo(turns.get(2 * TURNS - 1).endNanos());
    }

    @Test
    void noMoreConversationsThanSlotsAreInFlight() {
        try (ScriptedServer server = new ScriptedServer(received -> List.of(new Pause(20), new Send(stream(1))))) {
            drive(server, schedule(4, 2), TIMEOUT);

            assertThat(server.received).hasSize(4 * TURNS).allMatch(received -> received.unanswered() <= 2);
            assertThat(server.received).extracting(Received::unanswered).contains(2);
        }
    }

    @Test
    void aConversationGoesOnAfterATurnThatFailed() {
        LoadResult result = run(1, 1, ScriptedServer.answering("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"));

        assertThat(result.requests()).hasSize(TURNS).noneMatch(RequestRecord::succeeded);
        assertThat(result.requests().get(2).intendedNanos()).isEqualTo(intended(result, 2));
    }

    @Test
    void anOpenConversationBeginsAtItsTimeHoweverManyAreUnderWay() {
        Arrivals atATime = new Arrivals.OpenConversations(new Arrivals.ConstantRate(100), THINK_TIME);
        try (ScriptedServer server = new ScriptedServer(received -> List.of(new Pause(500), new Send(stream(1))))) {
            LoadResult result = drive(server, schedule(4, atATime, Duration.ofMillis(10)), TIMEOUT);

            List<RequestRecord> turns = result.requests();
            for (int conversation = 0; conversation < 4; conversation++) {
                assertThat(turns.get(conversation * TURNS).intendedNanos())
                        .isEqualTo(result.startNanos()
                                + Duration.ofMillis(10L * conversation).toNanos());
                assertThat(turns.get(conversation * TURNS + 1).intendedNanos())
                        .isEqualTo(turns.get(conversation * TURNS).endNanos() + THINK_TIME.toNanos());
            }
            assertThat(server.received).extracting(Received::unanswered).contains(4);
        }
    }

    private static long intended(LoadResult result, int position) {
        return position % TURNS == 0
                ? result.startNanos()
                : result.requests().get(position - 1).endNanos() + THINK_TIME.toNanos();
    }

    private static LoadResult run(int conversations, int atATime, ScriptedServer started) {
        try (ScriptedServer server = started) {
            return drive(server, schedule(conversations, atATime), TIMEOUT);
        }
    }

    private static LoadResult drive(ScriptedServer server, Schedule schedule, Duration timeout) {
        try (NettyLoadDriver driver = new NettyLoadDriver()) {
            return driver.run(schedule, server.endpoint(), timeout, finished -> {});
        }
    }

    private static Schedule schedule(int conversations, int atATime) {
        return schedule(conversations, new Arrivals.Conversations(atATime, THINK_TIME), Duration.ZERO);
    }

    private static Schedule schedule(int conversations, Arrivals arrivals, Duration apart) {
        return new Schedule(
                "test",
                "/v1/completions",
                arrivals,
                IntStream.range(0, conversations * TURNS)
                        .mapToObj(index -> new PlannedRequest(
                                index,
                                index / TURNS,
                                index % TURNS,
                                false,
                                apart.multipliedBy(index / TURNS),
                                7,
                                1,
                                ("{\"prompt\":\"" + index + "\"}").getBytes(UTF_8)))
                        .toList());
    }
}
