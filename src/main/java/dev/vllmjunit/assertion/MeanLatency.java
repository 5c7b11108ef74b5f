package dev.vllmjunit.assertion;

import dev.vllmjunit.evidence.BenchmarkResult;
import dev.vllmjunit.load.RequestRecord;
import dev.vllmjunit.stats.Bootstrap;
import dev.vllmjunit.stats.Comparison;
import dev.vllmjunit.stats.Sample;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The mean of a latency; its interval comes from the documents, of which there may be too few. */
record MeanLatency(LatencySource source) implements Reading {

    @Override
    public Figure of(BenchmarkResult result, double confidence) {
        Samples samples = source.samples(result, "mean", 1);
        int documents = samples.documents();
        double[] all = samples.all();
        return new Figure(
                "mean " + source.label(),
                Sample.of(all).mean(),
                Unit.TIME,
                source.basis(all.length),
                Bootstrap.mean(samples.clusters(), confidence)
                        .map(found -> new Spread(
                                found, documents, Spread.DOCUMENTS, "bootstrap over " + documents + " documents")));
    }

    /** Document by document where both runs sent the same prompts: what they have in common then drops out. */
    @Override
    public Figure ratio(BenchmarkResult above, BenchmarkResult below, double confidence) {
        Figure quotient = Reading.quotient(of(above, confidence), of(below, confidence));
        Samples numerator = source.samples(above, "mean", 1);
        Samples denominator = source.samples(below, "mean", 1);
        Comparison comparison = prompts(above).equals(prompts(below))
                ? Comparison.paired(numerator.clusters(), denominator.clusters(), confidence)
                : Comparison.independent(numerator.means(), denominator.means(), confidence);
        return Compared.figure(
                quotient, comparison, Math.min(numerator.documents(), denominator.documents()), Spread.DOCUMENTS);
    }

    /** How often which document was asked about with how many tokens. */
    private static Map<List<Integer>, Long> prompts(BenchmarkResult result) {
        return result.succeeded().stream()
                .map(MeanLatency::prompt)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static List<Integer> prompt(RequestRecord request) {
        return List.of(request.documentId(), request.promptTokens());
    }
}
