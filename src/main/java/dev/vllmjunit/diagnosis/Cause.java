package dev.vllmjunit.diagnosis;

import java.util.List;

/** A rule: something that goes wrong, how it shows, and what to do. Immutable. */
public final class Cause {

    private final String id;
    private final Area area;
    private final Confidence confidence;
    private final String what;
    private final String sign;
    private final String remedy;
    private final Clue clue;

    /**
     * A rule.
     *
     * @param id never changes
     * @param what went wrong
     * @param sign how it shows, in a few words for the documentation
     * @param remedy what to do
     * @param clue finds it
     */
    Cause(String id, Area area, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        this.id = id;
        this.area = area;
        this.confidence = confidence;
        this.what = what;
        this.sign = sign;
        this.remedy = remedy;
        this.clue = clue;
    }

    /** Names it; never changes. */
    public String id() {
        return id;
    }

    /** What it has to do with. */
    public Area area() {
        return area;
    }

    /** How sure a finding is. */
    public Confidence confidence() {
        return confidence;
    }

    /** What went wrong. */
    public String what() {
        return what;
    }

    /** How it shows. */
    public String sign() {
        return sign;
    }

    /** What to do. */
    public String remedy() {
        return remedy;
    }

    List<Evidence> in(Symptoms symptoms) {
        return clue.in(symptoms);
    }

    @Override
    public String toString() {
        return id;
    }
}
