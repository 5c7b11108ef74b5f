package dev.vllmjunit.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.vllmjunit.diagnosis.Diagnosed;
import dev.vllmjunit.diagnosis.Diagnosis;
import dev.vllmjunit.diagnosis.Diagnostician;
import dev.vllmjunit.diagnosis.Symptoms;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.provision.ProvisionException;
import dev.vllmjunit.topology.DeclarationException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CategoriesTest {

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "TEST_BROKEN")
    void anInvalidRunIsSortedByItsReason(InvalidReason reason) throws Exception {
        Throwable problem = new InvalidRunException(reason, "what was seen\n  measured under: a workload");

        assertThat(categories("broken", problem))
                .containsExactly(
                        "INVALID: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    }

    @Test
    void declarationsAndProvisioningHaveTheirOwn() throws Exception {
        assertThat(categories("broken", new DeclarationException("class A: nonsense; write sense.")))
                .containsExactly("Declaration makes no sense");
        assertThat(categories("broken", new IllegalStateException("wrapped", new ProvisionException("no stack"))))
                .containsExactly("Stack could not be provisioned");
    }

    @Test
    void anyOtherExceptionIsATestThatIsBroken() throws Exception {
        assertThat(categories("broken", new IllegalStateException("nothing ran yet")))
                .containsExactly("INVALID: test broken");
    }

    @Test
    void aFailedAssertionIsAFail() throws Exception {
        assertThat(categories("failed", new AssertionError("\nmean TTFT:\n  3 ms\nis too slow")))
                .containsExactly("FAIL: an expectation was not met");
    }

    @Test
    void whatWasTracedToACauseIsSortedByThatToo() throws Exception {
        Diagnosis diagnosis = Diagnostician.diagnose(Symptoms.none().withSaid("HTTP 404: {\"detail\":\"Not Found\"}"))
                .get(0);
        Throwable failed = new AssertionError("too slow");
        failed.addSuppressed(new Diagnosed(List.of(diagnosis)));
        Throwable broken = new InvalidRunException(InvalidReason.REQUESTS_FAILED, "3 of 3 requests failed");
        broken.addSuppressed(new Diagnosed(List.of(diagnosis)));

        assertThat(categories("failed", failed)).containsExactly("Cause: request", "FAIL: an expectation was not met");
        assertThat(categories("broken", broken)).containsExactly("Cause: request", "INVALID: requests failed");
    }

    /** As Allure 2.34 does it: whole message, whole trace, a dot matching line ends. */
    private static List<String> categories(String status, Throwable thrown) throws Exception {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        List<String> names = new ArrayList<>();
        for (JsonNode category : new ObjectMapper().readTree(Categories.json())) {
            if (category.get("matchedStatuses").toString().contains('"' + status + '"')
                    && matches(category, "messageRegex", String.valueOf(thrown.getMessage()))
                    && matches(category, "traceRegex", trace.toString())) {
                names.add(category.get("name").asText());
            }
        }
        return names;
    }

    private static boolean matches(JsonNode category, String key, String text) {
        return !category.has(key)
                || Pattern.compile(category.get(key).asText(), Pattern.DOTALL)
                        .matcher(text)
                        .matches();
    }
}
