package dev.vllmjunit;

import dev.vllmjunit.bench.BenchmarkRunner;
import dev.vllmjunit.bench.Entrance;
import dev.vllmjunit.bench.RunLimits;
import dev.vllmjunit.evidence.InvalidReason;
import dev.vllmjunit.evidence.InvalidRunException;
import dev.vllmjunit.faults.Faults;
import dev.vllmjunit.faults.link.FaultyLink;
import dev.vllmjunit.kvstore.CacheBucket;
import dev.vllmjunit.lint.DeclaredTopology;
import dev.vllmjunit.lint.Finding;
import dev.vllmjunit.lint.Linter;
import dev.vllmjunit.load.NettyLoadDriver;
import dev.vllmjunit.preflight.PreflightReport;
import dev.vllmjunit.preflight.Survey;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.Provisioners;
import dev.vllmjunit.provision.RunningNode;
import dev.vllmjunit.provision.RunningStack;
import dev.vllmjunit.router.Router;
import dev.vllmjunit.router.RouterConfig;
import dev.vllmjunit.tls.Tls;
import dev.vllmjunit.topology.Declaration;
import dev.vllmjunit.topology.DeclarationException;
import dev.vllmjunit.topology.Profile;
import dev.vllmjunit.topology.ProfileLoader;
import dev.vllmjunit.topology.Setting;
import dev.vllmjunit.topology.Settings;
import dev.vllmjunit.topology.Topology;
import dev.vllmjunit.topology.TopologyMerge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Starts what one class declares. Each part goes into the store as soon as it runs: JUnit then closes whatever there is, last
 * first, also when a later part did not come up.
 */
final class SessionStart {

    private final Declaration declaration;
    private final Class<?> type;
    private final Store store;
    private final Settings settings;

    SessionStart(Declaration declaration, ExtensionContext declaring, Store store) {
        this.declaration = declaration;
        this.type = declaring.getRequiredTestClass();
        this.store = store;
        this.settings = Settings.ofProcess(declaring::getConfigurationParameter);
    }

    ServingSession start() {
        Profile profile = ProfileLoader.of(settings)
                .load(settings.profileFor(declaration))
                .with(settings);
        Topology topology = TopologyMerge.merge(declaration, profile);
        SessionReport report = new SessionReport(type, settings, topology, logDirectory());
        Optional<FaultyLink> s3Link =
                link("s3").filter(link -> topology.s3Cache().isPresent());
        Optional<FaultyLink> transferLink = link("transfer");
        RunningStack stack = keep("nodes", provision(topology, profile, report, s3Link));
        Entrance entrance = stack.externalRouter()
                .map(Entrance::external)
                .orElseGet(() ->
                        Entrance.through(keep("router", Router.start(routerConfig(stack, transferLink), stack.tls()))));
        Optional<CacheBucket> bucket = stack.objectStore().map(CacheBucket::new);
        bucket.ifPresent(running -> keep("bucket", running));
        NettyLoadDriver driver = keep("driver", new NettyLoadDriver(stack.headers(), stack.tls()));
        report.started(stack);
        RepeatedRuns repeated = new RepeatedRuns(report.observer());
        Faults faults = new Faults(stack, s3Link, transferLink, bucket);
        BenchmarkRunner runner =
                new BenchmarkRunner(topology, stack, entrance, driver, bucket, limits(), repeated, faults);
        return new ServingSession(topology, profile, stack, entrance.endpoint(), runner, faults, repeated, report);
    }

    private Optional<FaultyLink> link(String name) {
        return AnnotationSupport.isAnnotated(type, FaultyLinks.class)
                ? Optional.of(keep("link " + name, new FaultyLink(name)))
                : Optional.empty();
    }

    private RunningStack provision(
            Topology topology, Profile profile, SessionReport report, Optional<FaultyLink> s3Link) {
        ProvisionRequest request = new ProvisionRequest(
                topology,
                profile,
                logDirectory(),
                settings.require(Setting.START_TIMEOUT),
                settings.get(Setting.ATTACH_TOKEN),
                Tls.of(settings),
                report::line,
                s3Link);
        Provisioner provisioner = Provisioners.onClassPath().choose(settings.require(Setting.STACK), request);
        report.starting(provisioner.name());
        if (settings.require(Setting.PRINT_COMMANDS)) {
            report.commands(provisioner.commands(request));
        }
        try {
            lint(topology, profile, provisioner, report);
            preflight(provisioner, request, report);
            return provisioner.start(request);
        } catch (RuntimeException e) {
            report.startFailed(request.logDirectory(), e);
            throw e;
        }
    }

    /** A configuration that is known not to work is not started; what is only modelled, or runs already, is looked at all the same. */
    private void lint(Topology topology, Profile profile, Provisioner provisioner, SessionReport report) {
        List<Finding> findings = Linter.lint(DeclaredTopology.of(provisioner.effective(topology, profile), profile));
        report.linted(findings);
        List<Finding> stopping = findings.stream().filter(Finding::stops).toList();
        if (provisioner.startsEngines() && !stopping.isEmpty()) {
            throw new DeclarationException(stopping.stream()
                    .map(Finding::describe)
                    .collect(Collectors.joining(
                            "\n",
                            declaration.element() + ": this is known not to work, and was not started:\n",
                            "\nCorrect it, or accept a rule's findings with a reason: lint: {silence: {RULE: REASON}} in"
                                    + " the profile.")));
        }
    }

    /** Minutes of a start are not spent on what is known to be missing. */
    private void preflight(Provisioner provisioner, ProvisionRequest request, SessionReport report) {
        PreflightReport found = Survey.beforeStart(provisioner, request, routerPort());
        report.surveyed(found);
        if (!found.passed()) {
            throw new InvalidRunException(
                    InvalidReason.NOT_READY,
                    declaration.element() + ": the preflight failed, and nothing was started:\n" + found.troubles());
        }
    }

    private OptionalInt routerPort() {
        return settings.get(Setting.ROUTER_PORT).map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private Path logDirectory() {
        try {
            return Files.createDirectories(
                    settings.require(Setting.REPORTS_DIRECTORY).resolve("logs").resolve(type.getSimpleName()));
        } catch (IOException e) {
            throw new UncheckedIOException("no directory for node logs; set vllm.reports.dir to a writable one", e);
        }
    }

    private RouterConfig routerConfig(RunningStack stack, Optional<FaultyLink> transferLink) {
        return new RouterConfig(
                targets(stack.prefill()),
                targets(stack.decode()),
                routerPort(),
                settings.require(Setting.ROUTER_PREFILL_DEADLINE),
                settings.require(Setting.ROUTER_FIRST_TOKEN_DEADLINE),
                settings.require(Setting.ROUTER_IDLE_DEADLINE),
                transferLink
                        .filter(link -> stack.reachesLoopback())
                        .<RouterConfig.SideChannels>map(link -> link::through)
                        .orElse(InetSocketAddress::createUnresolved));
    }

    private static List<RouterConfig.Target> targets(List<RunningNode> nodes) {
        return nodes.stream()
                .map(node -> new RouterConfig.Target(node.spec().name(), node.endpoint()))
                .toList();
    }

    private RunLimits limits() {
        Duration control = RunLimits.standard().control();
        return new RunLimits(
                settings.require(Setting.REQUEST_TIMEOUT),
                control,
                RunLimits.standard().reset(),
                settings.require(Setting.S3_SETTLE_TIMEOUT),
                settings.require(Setting.INTEGRITY_SAMPLES));
    }

    private <T extends AutoCloseable> T keep(String part, T running) {
        store.put(type.getName() + " " + part, running);
        return running;
    }
}
