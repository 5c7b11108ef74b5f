package dev.vllmjunit.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.groups.Tuple.tuple;

import dev.vllmjunit.evidence.Injection;
import dev.vllmjunit.evidence.Injection.Effect;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private final Ledger ledger = new Ledger();
    private final List<String> calls = new ArrayList<>();

    @Test
    void undoesTheLastHarmFirstAndEachPartOnce() {
        harm("link", "link delayed");
        harm("node", "node killed");
        harm("link", "link cut");

        ledger.undo();

        assertThat(calls).containsExactly("link delayed", "node killed", "link cut", "undo node", "undo link");
        assertThat(ledger.inForce(0)).isEmpty();
    }

    @Test
    void whatWasMendedIsNotUndone() {
        harm("link", "link cut");
        ledger.mend("link", "link healed", () -> calls.add("heal"));

        ledger.undo();

        assertThat(calls).containsExactly("link cut", "heal");
        assertThat(ledger.take())
                .extracting(Injection::what, Injection::effect)
                .containsExactly(tuple("link cut", Effect.HARM), tuple("link healed", Effect.MEND));
        assertThat(ledger.take()).isEmpty();
    }

    @Test
    void whatWasRefusedLeavesNothingToUndo() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() ->
                        ledger.harm("node", "node killed", Effect.LOSS, LedgerTest::refuse, () -> calls.add("undo")));

        ledger.undo();

        assertThat(calls).isEmpty();
        assertThat(ledger.take()).isEmpty();
    }

    @Test
    void oneThatCannotBeUndoneDoesNotKeepTheOthersAndStaysInForce() {
        harm("link", "link cut");
        ledger.harm("node", "node killed", Effect.LOSS, () -> {}, () -> {
            throw new IllegalStateException("does not start");
        });

        assertThatIllegalStateException().isThrownBy(ledger::undo).withMessage("does not start");

        assertThat(calls).containsExactly("link cut", "undo link");
        assertThat(ledger.inForce(7)).containsExactly(new Injection(7, "node killed", Effect.LOSS));
    }

    private void harm(String part, String what) {
        ledger.harm(part, what, Effect.HARM, () -> calls.add(what), () -> calls.add("undo " + part));
    }

    private static void refuse() {
        throw new UnsupportedOperationException("not here");
    }
}
