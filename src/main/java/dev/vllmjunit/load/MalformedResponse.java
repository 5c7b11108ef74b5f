package dev.vllmjunit.load;

/** The server sent what is no HTTP response; the message says what, as a noun. Never leaves the driver. */
final class MalformedResponse extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MalformedResponse(String what) {
        super(what, null, false, false);
    }
}
