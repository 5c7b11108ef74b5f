package dev.vllmjunit.preflight;

/** One thing to look at in one place. Starts and changes nothing that outlives it. */
interface Check {

    /** What it looks at. */
    CheckId id();

    /** Which host, node or link. */
    String where();

    /**
     * Looks. What a host's shell or a server does not tell may be thrown: it then counts as not checked.
     *
     * @throws CannotCheckException with what was asked and what came back
     */
    Finding examine();
}
