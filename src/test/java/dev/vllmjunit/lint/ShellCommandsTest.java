package dev.vllmjunit.lint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A shell's words, with the lines they stand in. */
class ShellCommandsTest {

    @Test
    void quotesKeepAWordTogether() {
        assertThat(words("a 'b  \"c' d\"e \\\"f\" g\\ h ''\"\" i#j"))
                .containsExactly("a", "b  \"c", "de \"f", "g h", "", "i#j");
    }

    @Test
    void aBackslashContinuesALineAndEveryWordKeepsItsOwn() {
        assertThat(read("a \\\n  b \\\n  'c\nd' e # f g\nh").get(0).words())
                .extracting(Stated::text, Stated::where)
                .containsExactly(
                        tuple("a", "file:1"), tuple("b", "file:2"), tuple("c\nd", "file:3"), tuple("e", "file:4"));
    }

    @Test
    void operatorsSeparateCommandsAndPipesJoinThem() {
        assertThat(read("a b|c&&d;e &\nf 2>&1 >log <<END\nnot 'a command\nEND\ng"))
                .extracting(command -> command.pipeline() + " " + command.text())
                .containsExactly("0 a b", "0 c", "1 d", "2 e", "4 f", "5 g");
    }

    @Test
    void variablesAreThoseThatTheFileHasSet() {
        List<Command> commands =
                read("X=1; export Y=\"$X b\" Z\nZ=$UNKNOWN\nW=3 run '$X' ${X} ${V:-else} ${U} $(date \"+%s\") $");

        assertThat(commands).singleElement().satisfies(run -> {
            assertThat(run.text()).isEqualTo("run $X 1 else ${U} $(date \"+%s\") $");
            assertThat(run.environment().keySet()).containsExactlyInAnyOrder("W", "Y", "Z");
            assertThat(run.environment().get("Y")).isEqualTo(new Stated("1 b", "file:1"));
        });
    }

    @Test
    void aQuoteThatStaysOpenIsAnErrorWithItsLine() {
        assertThatExceptionOfType(LintException.class)
                .isThrownBy(() -> read("a\nb 'c\nd"))
                .withMessage("file:2: what begins here has no closing '; add it");
    }

    private static List<String> words(String text) {
        return read(text).get(0).words().stream().map(Stated::text).toList();
    }

    private static List<Command> read(String text) {
        return ShellCommands.read("file", 1, text).commands();
    }
}
