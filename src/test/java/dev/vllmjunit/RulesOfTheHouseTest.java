package dev.vllmjunit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may talk to whom: data flows one way, and no room reaches backwards. */
@AnalyzeClasses(packages = "dev.vllmjunit", importOptions = ImportOption.DoNotIncludeTests.class)
class RulesOfTheHouseTest {

    @ArchTest
    static final ArchRule ROOMS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("author")
            .definedBy("dev.vllmjunit")
            .layer("topology")
            .definedBy("..topology..")
            .layer("http")
            .definedBy("..vllmjunit.http..")
            .layer("provision")
            .definedBy("..provision..")
            .layer("router")
            .definedBy("..router..")
            .layer("engine")
            .definedBy("..engine..")
            .layer("kvstore")
            .definedBy("..kvstore..")
            .layer("workload")
            .definedBy("..workload..")
            .layer("load")
            .definedBy("..load..")
            .layer("evidence")
            .definedBy("..evidence..")
            .layer("stats")
            .definedBy("..stats..")
            .layer("assertion")
            .definedBy("..assertion..")
            .layer("bench")
            .definedBy("..bench..")
            .layer("report")
            .definedBy("..report..")
            .whereLayer("author")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("topology")
            .mayNotAccessAnyLayer()
            .whereLayer("http")
            .mayNotAccessAnyLayer()
            .whereLayer("workload")
            .mayNotAccessAnyLayer()
            .whereLayer("stats")
            .mayNotAccessAnyLayer()
            .whereLayer("load")
            .mayOnlyAccessLayers("workload")
            .whereLayer("router")
            .mayOnlyAccessLayers("topology")
            .whereLayer("kvstore")
            .mayOnlyAccessLayers("topology", "provision")
            .whereLayer("engine")
            .mayOnlyAccessLayers("topology", "kvstore")
            .whereLayer("provision")
            .mayOnlyAccessLayers("topology", "http", "engine", "kvstore")
            .whereLayer("evidence")
            .mayOnlyAccessLayers("topology", "workload", "load", "router")
            .whereLayer("bench")
            .mayOnlyAccessLayers("topology", "http", "provision", "router", "kvstore", "workload", "load", "evidence")
            .whereLayer("assertion")
            .mayOnlyAccessLayers("topology", "evidence", "stats", "load", "workload", "router")
            .whereLayer("report")
            .mayOnlyAccessLayers("topology", "evidence", "stats", "assertion", "load", "workload", "router");

    @ArchTest
    static final ArchRule NO_SLEEP = noClasses()
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .because("a test or a wait uses a deadline");
}
