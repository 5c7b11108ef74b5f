package dev.vllmjunit.diagnosis;

import static dev.vllmjunit.diagnosis.Clues.behind;
import static dev.vllmjunit.diagnosis.Clues.line;
import static dev.vllmjunit.diagnosis.Clues.said;
import static dev.vllmjunit.diagnosis.Confidence.HIGH;
import static dev.vllmjunit.diagnosis.Confidence.LOW;
import static dev.vllmjunit.diagnosis.Confidence.MEDIUM;
import static dev.vllmjunit.diagnosis.Part.CACHE_SERVER;
import static dev.vllmjunit.diagnosis.Part.OBJECT_STORE;

import java.util.List;
import java.util.stream.Stream;

/**
 * Why the object store is no help. LMCache never tells an HTTP status, so that most of it is seen in the store's access log only;
 * its failed reads prove nothing, for it reads objects that were deleted on purpose, too.
 */
final class S3Causes {

    private static final Clue WRITE_REFUSED =
            line(CACHE_SERVER, "S3 PUT failed for .*AWS_ERROR_S3_INVALID_RESPONSE_STATUS");
    private static final Clue REFUSED =
            line(CACHE_SERVER, "AWS_IO_SOCKET_CONNECTION_REFUSED").or(said("S3 .* failed at .*connection refused"));
    private static final Clue UNRESOLVED =
            line(CACHE_SERVER, "AWS_IO_DNS_(?:QUERY_FAILED|INVALID_NAME)").or(said("S3 .* failed at .*unknown host"));
    private static final Clue FORBIDDEN = answered(403);
    private static final Clue SKEWED = line(CACHE_SERVER, "AWS_ERROR_S3_REQUEST_TIME_TOO_SKEWED")
            .or(line(OBJECT_STORE, "request time skew too big|RequestTimeTooSkewed"))
            .or(said("RequestTimeTooSkewed"))
            .or(FORBIDDEN.and(Clocks::apart));
    private static final Clue DENIED = FORBIDDEN
            .or(said("S3 .* failed at .*HTTP 40[13]|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch"))
            .unless(SKEWED);
    private static final Clue UNNAMED = answered(405)
            .or(line(OBJECT_STORE, "\"PUT /[^/\\s]+ HTTP/[0-9.]+\" 400 "))
            .or(said("S3 .* failed at .*HTTP 405"));
    private static final Clue NO_BUCKET =
            line(OBJECT_STORE, "\"PUT /\\S* HTTP/[0-9.]+\" 404 ").or(said("NoSuchBucket"));
    private static final Clue ALTERED = said("cache objects were altered between");

    /** Makes what was stored not be found, too. */
    static final Clue IN_TROUBLE = ALTERED.or(REFUSED)
            .or(UNRESOLVED)
            .or(DENIED)
            .or(UNNAMED)
            .or(NO_BUCKET)
            .or(SKEWED);

    static final List<Cause> ALL = List.of(
            cause(
                    "s3-access-denied",
                    HIGH,
                    "the object store refuses the credentials: wrong secret, or no right to the bucket",
                    "object store: PUT or HEAD answered with 403; LMCache: only `AWS_ERROR_S3_INVALID_RESPONSE_STATUS`",
                    "the key and secret that the LMCache server is started with; rights to read and write the bucket",
                    DENIED),
            cause(
                    "s3-clock-skew",
                    HIGH,
                    "the clocks of client and object store are minutes apart: signatures are refused",
                    "LMCache: `AWS_ERROR_S3_REQUEST_TIME_TOO_SKEWED`; or 403 from the object store, and what LMCache and gateway logged last is over 15 minutes apart",
                    "synchronise the clocks of both hosts (chrony)",
                    SKEWED),
            cause(
                    "s3-bucket-not-named",
                    HIGH,
                    "requests reach the object store without a bucket: it is in the URL's path, or its host name is not the store's",
                    "object store: PUT answered with 405, or with 400 where its path is the object alone; LMCache: only `AWS_ERROR_S3_INVALID_RESPONSE_STATUS`",
                    "`s3://BUCKET.ENDPOINT`, wildcard DNS for it, and the gateway's `rgw_dns_name`",
                    UNNAMED),
            cause(
                    "s3-bucket-missing",
                    MEDIUM,
                    "the bucket does not exist",
                    "object store: PUT answered with 404; `NoSuchBucket`",
                    "create the bucket, or correct `vllm.s3.bucket`",
                    NO_BUCKET),
            cause(
                    "s3-wrong-region",
                    MEDIUM,
                    "requests are signed for another region than the store's; Ceph's gateway does not mind, others do",
                    "`AuthorizationHeaderMalformed`, `IllegalLocationConstraint`, HTTP 301",
                    "the store's region in `s3_region` and `vllm.s3.region`",
                    answered(301)
                            .or(said("AuthorizationHeaderMalformed|IllegalLocationConstraint|PermanentRedirect"
                                    + "|S3 .* failed at .*HTTP 30[17]"))),
            cause(
                    "s3-write-refused",
                    MEDIUM,
                    "the object store refuses to store KV cache: credentials, rights, bucket or addressing style",
                    "LMCache: `S3 PUT failed … AWS_ERROR_S3_INVALID_RESPONSE_STATUS`, and no access log tells the status",
                    "the store's access log: 403 is credentials, 404 the bucket, 405 a bucket that is not named",
                    WRITE_REFUSED
                            .unless(DENIED)
                            .unless(UNNAMED)
                            .unless(NO_BUCKET)
                            .unless(SKEWED)),
            cause(
                    "s3-connection-refused",
                    HIGH,
                    "nobody listens at the object store's host and port",
                    "LMCache: `AWS_IO_SOCKET_CONNECTION_REFUSED`",
                    "start the gateway, or correct host and port; then see `s3-adapter-disabled`",
                    REFUSED),
            cause(
                    "s3-name-not-resolved",
                    HIGH,
                    "the object store's host name does not resolve; with the bucket in the name this takes wildcard DNS",
                    "LMCache: `AWS_IO_DNS_QUERY_FAILED`, `AWS_IO_DNS_INVALID_NAME`",
                    "wildcard DNS for the buckets, or an address under which `BUCKET.ENDPOINT` resolves",
                    UNRESOLVED.unless(REFUSED)),
            cause(
                    "s3-adapter-disabled",
                    HIGH,
                    "LMCache has switched S3 off after three connection errors, and does not switch it on again when the store is back",
                    "LMCache: `S3L2Adapter disabled after 3 consecutive connection failures`; `/healthcheck` says healthy",
                    "restart the LMCache server once the store is back, as under `lmcache-server-restarted`",
                    line(CACHE_SERVER, "S3L2Adapter disabled after \\d+ consecutive connection failures")),
            cause(
                    "s3-hangs",
                    HIGH,
                    "the object store takes connections and does not answer: requests hang, and nobody logs it",
                    "LMCache: `num_inflight_l2_loads` stays above 0, more loads submitted than completed",
                    "look whether the gateway is stopped or its cluster is down (`ceph -s`); requests go on when it answers",
                    S3Causes::hanging),
            cause(
                    "s3-stores-lost",
                    MEDIUM,
                    "KV cache that was handed to the object store did not arrive there",
                    "LMCache: `l2_store_submitted_objects_chunks_total` above `l2_store_completed_objects_chunks_total`",
                    "LMCache's log for `Store task … failed`, and the store's; `l2_store_completed_requests_total` counts failed stores, too",
                    behind(
                                    CACHE_SERVER,
                                    "lmcache_mp_l2_store_submitted_objects_chunks_total",
                                    "lmcache_mp_l2_store_completed_objects_chunks_total")
                            .unless(WRITE_REFUSED)
                            .unless(REFUSED)
                            .unless(UNRESOLVED)
                            .unless(SKEWED)),
            cause(
                    "s3-object-missing",
                    HIGH,
                    "objects vanished from the bucket between their store and their use; LMCache computes and stores them anew",
                    "the run says which object is gone",
                    "look for another client of the bucket, a lifecycle rule, or a quota",
                    said(": .* is gone").and(ALTERED)),
            cause(
                    "s3-object-altered",
                    HIGH,
                    "objects changed in the bucket between their store and their use: LMCache checks neither size nor content, and outputs"
                            + " are wrong under HTTP 200",
                    "the run says which object has another size or ETag; nothing else shows it",
                    "look for another client of the bucket; delete these objects, for LMCache never writes them again",
                    said(", now \\d+ bytes").and(ALTERED)),
            cause(
                    "s3-output-wrong",
                    MEDIUM,
                    "outputs from S3 are wrong: objects that were damaged earlier, or were written by nodes of another configuration",
                    "outputs of prompts served from S3 differ from a fresh computation",
                    "clear the bucket (`CacheState.EMPTY`) and run again; then look at who else writes to it",
                    said("Expecting every output to be that of a fresh computation")
                            .and(said("served from (?:.*first filled from )?(?:host memory or )?S3"))
                            .unless(ALTERED)),
            speed(
                    "s3-throttled",
                    HIGH,
                    "the object store tells its clients to slow down",
                    "object store: 503; `SlowDown`",
                    "the gateway's rate limits and `rgw_max_concurrent_requests`; more gateways",
                    answered(503).or(said("SlowDown|S3 .* failed at .*HTTP 503"))),
            speed(
                    "s3-store-slow",
                    MEDIUM,
                    "the object store itself is slow",
                    "object store: bytes of its GETs over the latencies that it logs are below 10 MB/s",
                    "the cluster behind it: `ceph -s`, slow OSDs, pools on disks; more gateways",
                    S3Speed::storeSlow),
            speed(
                    "s3-single-connection",
                    LOW,
                    "objects are read one after the other: loads are no faster than one of their GETs",
                    "LMCache: `l2_load_throughput_GB_per_second` below what the store's log shows of a single GET, but not below 0.01, for 4 chunks"
                            + " or more in a load",
                    "look for a proxy or gateway on the way that takes one request at a time; more `s3_num_io_threads` in LMCache's `--l2-adapter`;"
                            + " larger chunks",
                    ((Clue) S3Speed::oneByOne).unless(S3Speed::loadsSlow)),
            speed(
                    "s3-loads-slow",
                    LOW,
                    "loads from the object store are slow, on the way or in the store",
                    "LMCache: `l2_load_throughput_GB_per_second` below 0.01",
                    "measure the store alone with its own benchmark from prefill's host; compare with the network's speed",
                    S3Speed::loadsSlow));

    private S3Causes() {}

    private static Cause cause(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.S3_ACCESS, confidence, what, sign, remedy, clue);
    }

    private static Cause speed(String id, Confidence confidence, String what, String sign, String remedy, Clue clue) {
        return new Cause(id, Area.S3_SPEED, confidence, what, sign, remedy, clue);
    }

    private static Clue answered(int status) {
        return line(OBJECT_STORE, "\"(?:GET|PUT|HEAD|POST) /\\S* HTTP/[0-9.]+\" " + status + " ");
    }

    /** When a run has ended, nothing should be on its way; or now, for the store may have answered since. */
    private static List<Evidence> hanging(Symptoms symptoms) {
        String inFlight = "lmcache_mp_num_inflight_l2_loads";
        return Stream.of(symptoms.latest(), symptoms.deltas())
                .flatMap(metrics -> Clues.of(metrics, CACHE_SERVER))
                .filter(server -> server.getValue().sum(inFlight) > 0
                        && server.getValue().sum("lmcache_mp_l2_prefetch_load_submitted_requests_total")
                                > server.getValue().sum("lmcache_mp_l2_load_completed_requests_total"))
                .map(server -> Clues.counter(server, inFlight, server.getValue().sum(inFlight)))
                .limit(1)
                .toList();
    }
}
