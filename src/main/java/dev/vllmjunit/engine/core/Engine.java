package dev.vllmjunit.engine.core;

/** The engine of one embedded node. Thread-safe; every call but {@link #close()} returns at once. */
public interface Engine extends AutoCloseable {

    /** Queues a request. */
    void submit(GenerationRequest request, GenerationListener listener);

    /** Ends a request whose client has gone; its blocks are freed. Unknown ids are ignored. */
    void abort(String requestId);

    /**
     * Drops the prefix cache.
     *
     * @param external whether the host tier of the cache server is dropped, too
     * @return false while blocks are held: retry
     */
    boolean resetPrefixCache(boolean external);

    /** Whether the engine's thread is alive: what {@code /health} tells. */
    boolean healthy();

    /** The engine's metrics in the Prometheus text format, named and labelled as vLLM does. */
    String scrape();

    /** Stops the threads and closes the sockets; running requests fail. */
    @Override
    void close();
}
