package dev.vllmjunit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.TimeUnit;

/** What holds for the tests themselves. */
@AnalyzeClasses(packages = "dev.vllmjunit", importOptions = ImportOption.OnlyIncludeTests.class)
class RulesOfTheTestsTest {

    @ArchTest
    static final ArchRule NO_SLEEP =
            noClasses().should().callMethodWhere(sleeps()).because("a test waits with Awaitility");

    /** Calls of every {@code sleep} of {@link Thread} and {@link TimeUnit}. */
    static DescribedPredicate<JavaCall<?>> sleeps() {
        return describe(
                "it sleeps",
                call -> call.getName().equals("sleep")
                        && (call.getTargetOwner().isAssignableTo(Thread.class)
                                || call.getTargetOwner().isAssignableTo(TimeUnit.class)));
    }
}
