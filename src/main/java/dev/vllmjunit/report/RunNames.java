package dev.vllmjunit.report;

import java.util.List;
import java.util.function.Function;

/** What runs are called side by side: the cache state, and whatever else is needed to tell them apart. */
final class RunNames {

    private RunNames() {}

    static List<String> of(List<RunFigures> runs) {
        boolean profiles = differ(runs, RunFigures::profile);
        boolean stacks = differ(runs, RunFigures::stack);
        boolean workloads = differ(runs, RunFigures::workload);
        return distinct(runs.stream()
                .map(run -> (profiles ? run.profile() + ", " : "")
                        + (stacks ? run.stack() + ", " : "")
                        + run.cacheState()
                        + (run.repetition() == null
                                ? ""
                                : ", " + run.repetition().number())
                        + (workloads ? ", " + run.workload() : ""))
                .toList());
    }

    private static boolean differ(List<RunFigures> runs, Function<RunFigures, String> part) {
        return runs.stream().map(part).distinct().count() > 1;
    }

    private static List<String> distinct(List<String> names) {
        return java.util.stream.IntStream.range(0, names.size())
                .mapToObj(i -> {
                    long before = names.subList(0, i).stream()
                            .filter(names.get(i)::equals)
                            .count();
                    return before == 0 ? names.get(i) : names.get(i) + " #" + (before + 1);
                })
                .toList();
    }
}
