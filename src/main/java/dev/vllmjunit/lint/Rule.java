package dev.vllmjunit.lint;

import java.lang.module.ModuleDescriptor.Version;
import java.util.function.Function;
import java.util.stream.Stream;

/** One thing that a configuration easily gets wrong. Immutable. */
public final class Rule {

    private final String id;
    private final Severity severity;
    private final String explanation;
    private final String fix;
    private final Version since;
    private final Function<Deployment, Stream<Observed>> check;

    /**
     * A rule for every version of vLLM from {@code since} on.
     *
     * @param id what silences it; never changes
     * @param explanation what happens, in one or two sentences
     * @param fix what to write instead
     * @param since first version of vLLM that it holds for
     */
    Rule(
            String id,
            Severity severity,
            String explanation,
            String fix,
            String since,
            Function<Deployment, Stream<Observed>> check) {
        this.id = id;
        this.severity = severity;
        this.explanation = explanation;
        this.fix = fix;
        this.since = Version.parse(since);
        this.check = check;
    }

    /** A place that a rule is about, and what is written there. */
    record Observed(String where, String what) {

        static Observed at(Stated stated, String what) {
            return new Observed(stated.where(), what);
        }
    }

    /** What silences it. */
    public String id() {
        return id;
    }

    /** How much it matters. */
    public Severity severity() {
        return severity;
    }

    /** What happens. */
    public String explanation() {
        return explanation;
    }

    /** What to write instead. */
    public String fix() {
        return fix;
    }

    Version since() {
        return since;
    }

    Stream<Observed> check(Deployment deployment) {
        return deployment.engine().compareTo(since) < 0 ? Stream.empty() : check.apply(deployment);
    }

    @Override
    public String toString() {
        return id;
    }
}
