package dev.vllmjunit.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.workload.LongDocumentQa;
import dev.vllmjunit.workload.Schedule;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunSaltTest {

    private final RunSalt salt = new RunSalt(Optional.of("run-1"));

    @Test
    void withoutOneNothingChanges() {
        Schedule schedule = schedule();

        assertThat(RunSalt.none().on(schedule)).isSameAs(schedule);
    }

    @Test
    void isAFieldOfTheRequest() {
        assertThat(text(salt.on(bytes("{\"prompt\":[1,2]}")))).isEqualTo("{\"prompt\":[1,2],\"cache_salt\":\"run-1\"}");
    }

    @Test
    void saltsThatWereApartStayApart() {
        String one = text(salt.on(bytes("{\"cache_salt\":\"a\"}")));
        String other = text(salt.on(bytes("{\"cache_salt\":\"b\"}")));

        assertThat(one).matches("\\{\"cache_salt\":\"run-[0-9a-f-]{36}\"}").isNotEqualTo(other);
        assertThat(text(salt.on(bytes("{\"cache_salt\":\"a\"}")))).isEqualTo(one);
    }

    @Test
    void requestsThatShareABodyStillDo() {
        Schedule schedule = schedule();
        Schedule salted = salt.on(schedule);

        assertThat(schedule.requests().get(0).body())
                .isSameAs(schedule.requests().get(1).body());
        assertThat(salted.requests().get(0).body())
                .isSameAs(salted.requests().get(1).body());
        assertThat(text(salted.requests().get(0).body())).endsWith(",\"cache_salt\":\"run-1\"}");
    }

    private static Schedule schedule() {
        return LongDocumentQa.longDocumentQa()
                .documents(1)
                .documentLength(20)
                .repeat(2)
                .plan("m", prompt -> new int[20]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
