package dev.vllmjunit.diagnosis;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Holds symptoms against every rule. Reads nothing else and opens no connection. */
public final class Diagnostician {

    private static final List<Cause> CAUSES = Stream.of(
                    NixlCauses.ALL,
                    TransferCauses.ALL,
                    UcxCauses.ALL,
                    S3Causes.ALL,
                    HitRateCauses.ALL,
                    CacheServerCauses.ALL,
                    NodeCauses.ALL,
                    RequestCauses.ALL)
            .flatMap(List::stream)
            .toList();

    private Diagnostician() {}

    /** Every rule, in the order of the documentation. */
    public static List<Cause> causes() {
        return CAUSES;
    }

    /** The causes that are found, surest first, else in the order of the rules; a {@link Confidence#LOW} one only where there is no surer. */
    public static List<Diagnosis> diagnose(Symptoms symptoms) {
        List<Diagnosis> found = CAUSES.stream()
                .flatMap(cause -> Stream.of(cause.in(symptoms))
                        .filter(evidence -> !evidence.isEmpty())
                        .map(evidence -> new Diagnosis(cause, evidence)))
                .sorted(Comparator.comparing(diagnosis -> diagnosis.cause().confidence()))
                .toList();
        boolean surer = found.stream().anyMatch(diagnosis -> diagnosis.cause().confidence() != Confidence.LOW);
        return found.stream()
                .filter(diagnosis -> !surer || diagnosis.cause().confidence() != Confidence.LOW)
                .toList();
    }
}
