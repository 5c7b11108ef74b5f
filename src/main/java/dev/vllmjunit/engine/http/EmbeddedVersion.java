package dev.vllmjunit.engine.http;

/** What an embedded node says it is: the vLLM release whose surface it follows, and that it is a model of it. */
public final class EmbeddedVersion {

    /** Answer of {@code /version}; PEP 440's local part keeps it apart from every real release. */
    public static final String VERSION = "0.32.0+vllm-junit-embedded";

    /** {@code system_fingerprint} of every answer, in the form of vLLM's {@code vllm-VERSION-…}. */
    static final String FINGERPRINT = "vllm-" + VERSION;

    private EmbeddedVersion() {}
}
