package dev.vllmjunit.preflight;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;

/** Looks at a place before anything is started there. Checks run side by side and get
 * {@value #SECONDS} seconds; nothing that is started for them stays. */
public final class Survey {

    private static final int SECONDS = 10;

    private Survey() {}

    /**
     * Everything that can be looked at.
     *
     * @param provisioner the stack
     * @param request what it is to run
     * @param routerPort pinned port of the router
     */
    public static PreflightReport whole(Provisioner provisioner, ProvisionRequest request, OptionalInt routerPort) {
        try (DockerSite docker = docker(provisioner, request)) {
            return run(whole(Site.of(provisioner, request, routerPort, docker)));
        }
    }

    /**
     * What a start does not look at itself, or only after minutes: everything where nodes are started on other hosts, else an object
     * store that somebody else runs.
     *
     * @param provisioner the stack
     * @param request what it is to run
     * @param routerPort pinned port of the router
     */
    public static PreflightReport beforeStart(
            Provisioner provisioner, ProvisionRequest request, OptionalInt routerPort) {
        try (DockerSite docker = docker(provisioner, request)) {
            return run(beforeStart(Site.of(provisioner, request, routerPort, docker)));
        }
    }

    private static DockerSite docker(Provisioner provisioner, ProvisionRequest request) {
        return provisioner.name().equals("docker")
                ? DockerSite.of(request.topology(), request.profile().docker())
                : DockerSite.none();
    }

    static List<Check> whole(Site site) {
        List<Check> checks = new ArrayList<>(List.of(new StackCheck(site.provisioner(), site.request())));
        checks.addAll(HostChecks.of(site));
        checks.addAll(ThisMachineChecks.of(site));
        checks.addAll(RunningNodeChecks.of(site));
        checks.addAll(StoreChecks.of(site));
        return checks.stream().sorted(Comparator.comparing(Check::id)).toList();
    }

    static List<Check> beforeStart(Site site) {
        return site.hosts().isEmpty() ? StoreChecks.of(site) : whole(site);
    }

    static PreflightReport run(List<Check> checks) {
        return new ParallelChecks(Duration.ofSeconds(SECONDS)).run(checks);
    }
}
