package dev.vllmjunit.report;

import dev.vllmjunit.evidence.CacheState;
import java.awt.Color;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Runs as charts show them: each with a name and a colour.
 *
 * @param runs in the order of the chart
 * @param names what tells them apart
 * @param colors by cache state, lighter where a state comes again
 */
record ChartRuns(List<RunFigures> runs, List<String> names, List<Color> colors) {

    static ChartRuns of(List<RunFigures> runs) {
        return new ChartRuns(List.copyOf(runs), RunNames.of(runs), colors(runs));
    }

    int size() {
        return runs.size();
    }

    /** The title, with the state of a single run and the word "modelled" where it applies. */
    String title(String what) {
        String state = size() == 1 ? ", " + runs.get(0).cacheState() : "";
        long modelled = runs.stream().filter(RunFigures::modelled).count();
        return what + state + (modelled == 0 ? "" : modelled == size() ? " (modelled)" : " (in part modelled)");
    }

    /** The names with a figure below each. */
    List<String> labels(Function<RunFigures, String> figure) {
        return IntStream.range(0, size())
                .mapToObj(i -> names.get(i) + ": " + figure.apply(runs.get(i)))
                .toList();
    }

    private static List<Color> colors(List<RunFigures> runs) {
        Map<CacheState, Integer> seen = new EnumMap<>(CacheState.class);
        List<Color> colors = new ArrayList<>();
        for (RunFigures run : runs) {
            int before = seen.merge(run.cacheState(), 1, Integer::sum) - 1;
            colors.add(Palette.lighter(Palette.of(run.cacheState()), before));
        }
        return colors;
    }
}
