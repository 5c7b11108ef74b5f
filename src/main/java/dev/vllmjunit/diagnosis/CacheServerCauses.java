package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.counted;
import static dev.vllmjunit.diagnosis.Clues.line;
import static dev.vllmjunit.diagnosis.Clues.saidOrLogged;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;

import java.util.List;
import java.util.Map;

/** What happens around a cache server that is gone. */
final class CacheServerCauses {

    private static final Clue UNREGISTERED = line(
                    Part.CACHE_SERVER, "No GPU context found for model|non-GPU context not registered")
            .or(counted(
                    Part.CACHE_SERVER,
                    "lmcache_mp_lookup_early_exit_requests_total",
                    Map.of("reason", "no_gpu_context")));
    private static final Clue TIMED_OUT = line(Part.PREFILL, "LMCacheTimeoutError|PREPARE_STORE timed out");

    static final List<Cause> ALL = List.of(
            cause(
                    "lmcache-server-absent",
                    HIGH,
                    "the LMCache server did not run when prefill started",
                    "start of prefill: `Cannot reach the LMCache MP server`",
                    "start the LMCache server first, at the host and port of prefill's connector; check prefill's port, not its process,"
                            + " which may live on",
                    saidOrLogged("Cannot reach the LMCache MP server at")),
            cause(
                    "lmcache-server-gone",
                    HIGH,
                    "the LMCache server stopped while prefill waited for it: prefill hangs for `lmcache.mp.mq_timeout`, then its engine dies",
                    "prefill: `PREPARE_STORE timed out`",
                    "a `lmcache.mp.mq_timeout` well below 300 s; drain prefill before the server is stopped; restart prefill",
                    TIMED_OUT.unless(UNREGISTERED)),
            cause(
                    "lmcache-server-restarted",
                    HIGH,
                    "the LMCache server was restarted faster than prefill noticed, and does not know prefill any more",
                    "LMCache: `No GPU context found`, `lookup_early_exit_requests_total{reason=\"no_gpu_context\"}`",
                    "restart prefill; keep the server down until prefill has logged `degraded mode` twice, and send nothing before"
                            + " `resuming normal operation` twice",
                    UNREGISTERED),
            cause(
                    "lmcache-degraded",
                    MEDIUM,
                    "prefill runs without the LMCache server, and computes what it would have loaded",
                    "prefill: `LMCache server is unhealthy`",
                    "start the LMCache server again, and wait for `resuming normal operation` twice",
                    line(Part.PREFILL, "LMCache server is unhealthy").unless(TIMED_OUT)));

    private CacheServerCauses() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.CACHE_SERVER, confidence, what, sign, remedy, clue);
    }
}
