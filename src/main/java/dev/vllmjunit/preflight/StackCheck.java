package dev.vllmjunit.preflight;

import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.provision.Suitability;

/**
 * Whether a stack says of itself that it can run the topology.
 *
 * @param provisioner the stack
 * @param request what it is to run
 */
record StackCheck(Provisioner provisioner, ProvisionRequest request) implements Check {

    @Override
    public CheckId id() {
        return CheckId.STACK;
    }

    @Override
    public String where() {
        return provisioner.name();
    }

    @Override
    public Finding examine() {
        return provisioner.examine(request) instanceof Suitability.Declined declined
                ? Finding.failed("cannot run it", declined.reason())
                : Finding.ok("can run " + request.topology().describe());
    }
}
