package dev.vllmjunit.assertion;

import dev.vllmjunit.load.RequestRecord;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The values of one latency by the document asked about. Requests of one document are no independent observations: documents are.
 *
 * @param byDocument the values of the requests about each document, one or more
 */
record Samples(SortedMap<Integer, double[]> byDocument) {

    static Samples of(List<RequestRecord> requests, Function<RequestRecord, double[]> values) {
        SortedMap<Integer, double[]> byDocument = requests.stream()
                .collect(Collectors.groupingBy(
                        RequestRecord::documentId,
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.mapping(values, Collectors.toList()), Samples::flat)));
        byDocument.values().removeIf(found -> found.length == 0);
        return new Samples(byDocument);
    }

    double[] all() {
        return flat(byDocument.values());
    }

    double[][] clusters() {
        return byDocument.values().toArray(double[][]::new);
    }

    /** One value per document. */
    double[] means() {
        return byDocument.values().stream()
                .mapToDouble(values -> Arrays.stream(values).average().orElseThrow())
                .toArray();
    }

    int documents() {
        return byDocument.size();
    }

    private static double[] flat(Collection<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }
}
