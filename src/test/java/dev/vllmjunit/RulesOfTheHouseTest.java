package dev.vllmjunit;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.jspecify.annotations.NullMarked;

/** Who may talk to whom: data flows one way, and no room reaches backwards. Every direction that is allowed is used. */
@AnalyzeClasses(packages = "dev.vllmjunit", importOptions = ImportOption.DoNotIncludeTests.class)
class RulesOfTheHouseTest {

    @ArchTest
    static final ArchRule ROOMS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("author")
            .definedBy("dev.vllmjunit")
            .layer("topology")
            .definedBy("dev.vllmjunit.topology")
            .layer("lint")
            .definedBy("dev.vllmjunit.lint")
            .layer("tls")
            .definedBy("dev.vllmjunit.tls")
            .layer("http")
            .definedBy("dev.vllmjunit.http")
            .layer("kvstore")
            .definedBy("dev.vllmjunit.kvstore")
            .layer("router")
            .definedBy("dev.vllmjunit.router")
            .layer("workload")
            .definedBy("dev.vllmjunit.workload")
            .layer("stats")
            .definedBy("dev.vllmjunit.stats")
            .layer("load")
            .definedBy("dev.vllmjunit.load")
            .layer("engine.cost")
            .definedBy("dev.vllmjunit.engine.cost")
            .layer("engine.tier")
            .definedBy("dev.vllmjunit.engine.tier")
            .layer("engine.core")
            .definedBy("dev.vllmjunit.engine.core")
            .layer("engine.http")
            .definedBy("dev.vllmjunit.engine.http")
            .layer("faults")
            .definedBy("dev.vllmjunit.faults")
            .layer("faults.link")
            .definedBy("dev.vllmjunit.faults.link")
            .layer("docker")
            .definedBy("dev.vllmjunit.docker")
            .layer("provision")
            .definedBy("dev.vllmjunit.provision")
            .layer("provision.attach")
            .definedBy("dev.vllmjunit.provision.attach")
            .layer("provision.embedded")
            .definedBy("dev.vllmjunit.provision.embedded")
            .layer("provision.vllm")
            .definedBy("dev.vllmjunit.provision.vllm")
            .layer("provision.docker")
            .definedBy("dev.vllmjunit.provision.docker")
            .layer("provision.local")
            .definedBy("dev.vllmjunit.provision.local..")
            .layer("preflight")
            .definedBy("dev.vllmjunit.preflight")
            .layer("evidence")
            .definedBy("dev.vllmjunit.evidence")
            .layer("history")
            .definedBy("dev.vllmjunit.history")
            .layer("diagnosis")
            .definedBy("dev.vllmjunit.diagnosis")
            .layer("bench")
            .definedBy("dev.vllmjunit.bench")
            .layer("assertion")
            .definedBy("dev.vllmjunit.assertion")
            .layer("report")
            .definedBy("dev.vllmjunit.report")
            .layer("report.interchange")
            .definedBy("dev.vllmjunit.report.interchange")
            .ensureAllClassesAreContainedInArchitecture()
            .whereLayer("author")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("author")
            .mayOnlyAccessLayers(
                    "topology",
                    "lint",
                    "preflight",
                    "tls",
                    "provision",
                    "faults",
                    "faults.link",
                    "router",
                    "kvstore",
                    "workload",
                    "load",
                    "diagnosis",
                    "evidence",
                    "history",
                    "bench",
                    "assertion",
                    "report")
            .whereLayer("topology")
            .mayNotAccessAnyLayer()
            .whereLayer("lint")
            .mayOnlyAccessLayers("topology")
            .whereLayer("tls")
            .mayOnlyAccessLayers("topology")
            .whereLayer("http")
            .mayOnlyAccessLayers("tls")
            .whereLayer("router")
            .mayOnlyAccessLayers("tls")
            .whereLayer("workload")
            .mayNotAccessAnyLayer()
            .whereLayer("stats")
            .mayNotAccessAnyLayer()
            .whereLayer("kvstore")
            .mayOnlyAccessLayers("topology", "tls")
            .whereLayer("load")
            .mayOnlyAccessLayers("workload", "tls")
            .whereLayer("engine.cost")
            .mayOnlyAccessLayers("topology")
            .whereLayer("engine.tier")
            .mayOnlyAccessLayers("topology", "kvstore", "engine.cost")
            .whereLayer("engine.core")
            .mayOnlyAccessLayers("topology", "engine.cost", "engine.tier")
            .whereLayer("engine.http")
            .mayOnlyAccessLayers("topology", "engine.core")
            .whereLayer("faults.link")
            .mayNotAccessAnyLayer()
            .whereLayer("docker")
            .mayOnlyAccessLayers("topology")
            .whereLayer("faults")
            .mayOnlyAccessLayers("topology", "provision", "kvstore", "evidence", "faults.link")
            .whereLayer("provision")
            .mayOnlyAccessLayers("topology", "kvstore", "http", "tls", "faults.link")
            .whereLayer("provision.attach")
            .mayOnlyAccessLayers("topology", "kvstore", "provision", "http", "tls")
            .whereLayer("provision.vllm")
            .mayOnlyAccessLayers("topology", "kvstore", "provision", "http", "tls")
            .whereLayer("provision.docker")
            .mayOnlyAccessLayers("topology", "kvstore", "provision", "provision.vllm", "http", "tls", "docker")
            .whereLayer("provision.local")
            .mayOnlyAccessLayers("topology", "kvstore", "provision", "provision.vllm", "http", "tls")
            .whereLayer("provision.embedded")
            .mayOnlyAccessLayers(
                    "topology",
                    "kvstore",
                    "provision",
                    "http",
                    "tls",
                    "engine.cost",
                    "engine.tier",
                    "engine.core",
                    "engine.http")
            .whereLayer("preflight")
            .mayOnlyAccessLayers("topology", "kvstore", "provision", "http", "docker")
            .whereLayer("evidence")
            .mayOnlyAccessLayers("topology", "workload", "load", "router")
            .whereLayer("diagnosis")
            .mayOnlyAccessLayers("topology", "evidence")
            .whereLayer("bench")
            .mayOnlyAccessLayers(
                    "topology",
                    "http",
                    "tls",
                    "provision",
                    "faults",
                    "router",
                    "kvstore",
                    "workload",
                    "load",
                    "evidence")
            .whereLayer("history")
            .mayOnlyAccessLayers("topology", "evidence", "stats", "kvstore", "tls")
            .whereLayer("assertion")
            .mayOnlyAccessLayers("topology", "evidence", "history", "stats", "load", "router")
            .whereLayer("report")
            .mayOnlyAccessLayers(
                    "topology",
                    "lint",
                    "diagnosis",
                    "evidence",
                    "history",
                    "stats",
                    "assertion",
                    "load",
                    "workload",
                    "router",
                    "report.interchange")
            .whereLayer("report.interchange")
            .mayOnlyAccessLayers("topology", "evidence", "stats", "load", "workload", "router");

    @ArchTest
    static final ArchRule VALUES_ONLY = noClasses()
            .that()
            .resideInAnyPackage("..evidence", "..assertion", "..report..")
            .should()
            .dependOnClassesThat(describe(
                    "are the machinery of router or load",
                    type -> resideInAnyPackage("..vllmjunit.router", "..vllmjunit.load")
                                    .test(type)
                            && !type.isRecord()))
            .because("what happened is known from values, without what made it happen");

    @ArchTest
    static final ArchRule NULL_SAFE = classes()
            .should(be(describe("in a package whose package-info is @NullMarked", type -> type.getPackage()
                    .isAnnotatedWith(NullMarked.class))))
            .because("NullAway reads marked packages only");

    @ArchTest
    static final ArchRule NO_SLEEP = noClasses()
            .should()
            .callMethodWhere(RulesOfTheTestsTest.sleeps())
            .because("a wait ends when what it waits for has happened, or at its deadline");

    @ArchTest
    static final ArchRule CONSOLE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.vllmjunit.report")
            .should(ACCESS_STANDARD_STREAMS)
            .because("what a person reads at the console is masked and laid out in one place");

    @ArchTest
    static final ArchRule ALLURE = noClasses()
            .that()
            .resideOutsideOfPackages("dev.vllmjunit", "dev.vllmjunit.report")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.qameta.allure..")
            .because("evidence and verdicts stand without a report");

    @ArchTest
    static final ArchRule LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
}
