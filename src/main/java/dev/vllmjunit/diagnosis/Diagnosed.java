package dev.vllmjunit.diagnosis;

import java.util.List;
import java.util.stream.Collectors;

/** Carries diagnoses in an exception that it is added to as suppressed, so that whatever shows its trace shows them. */
public final class Diagnosed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** With these. */
    public Diagnosed(List<Diagnosis> diagnoses) {
        super(
                diagnoses.stream().map(Diagnosis::describe).collect(Collectors.joining("\n", "\n", "")),
                null,
                false,
                false);
    }
}
