package dev.vllmjunit.preflight;

/**
 * What a check found.
 *
 * @param status what it comes to
 * @param found what is there; never a credential
 * @param remedy what to do; empty where nothing is to be done
 */
public record Finding(Status status, String found, String remedy) {

    static Finding ok(String found) {
        return new Finding(Status.OK, found, "");
    }

    static Finding warning(String found, String remedy) {
        return new Finding(Status.WARNING, found, remedy);
    }

    static Finding failed(String found, String remedy) {
        return new Finding(Status.FAILED, found, remedy);
    }

    static Finding notChecked(String why, String remedy) {
        return new Finding(Status.NOT_CHECKED, why, remedy);
    }
}
