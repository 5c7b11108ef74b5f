package dev.vllmjunit.provision;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Finds the provisioner that runs a topology. */
public final class Provisioners {

    private final List<Provisioner> known;

    Provisioners(List<Provisioner> known) {
        this.known = List.copyOf(known);
    }

    /** Those that the class path offers. */
    public static Provisioners onClassPath() {
        return new Provisioners(ServiceLoader.load(Provisioner.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList());
    }

    /**
     * The provisioner of that name.
     *
     * @throws ProvisionException if there is none, or if it cannot run the topology; the message then lists every provisioner
     *     with its answer
     */
    public Provisioner choose(String name, ProvisionRequest request) {
        Provisioner chosen = named(name);
        if (chosen.examine(request) instanceof Suitability.Declined) {
            throw new ProvisionException(
                    "the " + name + " stack cannot run " + request.topology().describe() + ":\n" + answers(request));
        }
        return chosen;
    }

    /**
     * The provisioner of that name, whatever it can run.
     *
     * @throws ProvisionException if there is none
     */
    public Provisioner named(String name) {
        return known.stream()
                .filter(provisioner -> provisioner.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new ProvisionException("vllm.stack is \"" + name + "\"; write one of " + names() + "."));
    }

    private String names() {
        return known.stream().map(Provisioner::name).sorted().collect(Collectors.joining(", "));
    }

    private String answers(ProvisionRequest request) {
        return known.stream()
                .map(provisioner -> "  " + provisioner.name() + ": " + answer(provisioner, request))
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    private static String answer(Provisioner provisioner, ProvisionRequest request) {
        return provisioner.examine(request) instanceof Suitability.Declined declined
                ? declined.reason()
                : "can; choose it with -Dvllm.stack=" + provisioner.name();
    }
}
