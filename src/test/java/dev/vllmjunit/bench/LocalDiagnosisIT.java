package dev.vllmjunit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.diagnosis.Cause;
import dev.vllmjunit.diagnosis.Diagnostician;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real vLLM, NIXL, LMCache and Ceph with a fault: the first cause that the failed test carries is the right one. */
@Tag("diagnosis")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalDiagnosisIT {

    /** Logs and reports stay, to be read and for new fixtures. */
    private static final Path KEPT = Path.of("target", "diagnosis");

    private static final Pattern LOGGED = Pattern.compile("(?m)^    ([\\w.-]+):(\\d+): (.*)$");

    private final Map<Class<?>, FaultySession> sessions = new HashMap<>();

    /** One start for all tests of a class. */
    private FaultySession session(Class<?> tests, String profile) {
        return sessions.computeIfAbsent(
                tests, type -> FaultySession.of(type, profile, KEPT.resolve(type.getSimpleName())));
    }

    private FaultySession provoked() {
        return session(Provoked.class, Provoked.PROFILE);
    }

    private FaultySession store() {
        return session(StoreFaults.class, StoreFaults.PROFILE);
    }

    @Test
    void aHealthyRunHasNoCause() {
        assertThat(provoked().failures().get("nothing")).isInstanceOf(AssertionError.class);
        assertThat(provoked().diagnosis("nothing")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "objectsAreAltered, s3-object-altered",
        "objectsVanish, s3-object-missing",
        "theEngineKeepsItsCache, engine-cache-answered",
        "hostMemoryIsKept, host-memory-answered",
        "keysChangeAfterTheFill, stored-not-found",
        "promptsFillNoChunk, chunk-not-full",
        "documentsPushEachOtherOut, evicted-before-use",
        "blockIdsAreOfAnotherRequest, wrong-blocks-pulled",
        "theSideChannelIsAtLocalhost, side-channel-localhost",
        "nobodyIsAtTheSideChannel, side-channel-unreachable",
        "thePortIsMissing, side-channel-port-missing",
        "decodeReachesItself, decode-reaches-itself",
        "theEngineIsAnother, engine-id-stale",
        "blockIdsAreOutOfRange, block-ids-out-of-range",
        "decodeIsNotToldToPull, decode-recomputes",
        "decodeStopsForLongerThanALease, expired-blocks-pulled",
        "writesAreForbidden, s3-access-denied",
        "theBucketIsDeleted, s3-bucket-missing",
        "prefillIsKilledBeforeThePull, prefill-gone",
        "decodeIsToldNoEngine, transfer-params-invalid",
        "decodeIsToldTooFewBlocks, block-ids-too-few",
        "decodeIsToldNoBlocks, transfer-params-kill-decode",
        "theGatewayIsKilled, s3-connection-refused",
    })
    void theCauseOfAFailedTestComesFirst(String test, String id) {
        comesFirst(id, provoked(), test);
    }

    @ParameterizedTest
    @CsvSource({
        "theLinkIsNarrow, s3-loads-slow",
        "theOsdIsSlow, s3-store-slow",
        "theGatewayTakesOneRequestAtATime, s3-throttled",
        "theKeysExpireAndNoAccessLogSaysSo, s3-write-refused",
        "theGatewayStandsStill, s3-hangs",
        "theLinkRefusesConnections, s3-connection-refused",
    })
    void theCauseOfATroubledStoreComesFirst(String test, String id) {
        comesFirst(id, store(), test);
    }

    @Test
    void aCauseIsNamedBesideTheOneThatItFollowsFrom() {
        isFound("s3-adapter-disabled", store(), "theLinkRefusesConnections");
        isFound("handshakes-delay-others", provoked(), "aHandshakeWaitsBehindOthers");
    }

    private static void isFound(String id, FaultySession session, String test) {
        assertThat(session.diagnosis(test)).contains("(" + id + ", confidence ");
    }

    @ParameterizedTest
    @CsvSource({
        "thePromptIsTooLong, prompt-too-long",
        "theModelIsUnknown, model-unknown",
        "aTokenIsUnknown, token-out-of-vocabulary",
        "aParameterIsOfTheWrongKind, request-invalid",
        "thePathIsUnknown, path-unknown",
        "prefillOffersNoBlocks, prefill-offer-refused",
        "requestsWaitAtPrefill, prefill-queues",
        "moreRequestsWaitThanMay, requests-refused",
        "decodeStandsStillInMidStream, client-gave-up",
        "decodeIsKilledInMidStream, decode-ended",
        "anEngineIsKilled, engine-died",
        "prefillIsKilledAtWork, prefill-ended",
    })
    void theCauseOfAFailedRequestComesFirst(String test, String id) {
        comesFirst(id, session(RequestFaults.class, RequestFaults.PROFILE), test);
    }

    @ParameterizedTest
    @CsvSource({
        "prefillStopsDuringATransfer, transfer-hangs",
        "decodeComputesInAnotherType, handshake-hash-mismatch",
        "decodeComputesInAnotherTypeAndDoesNotCompare, kv-layout-differs",
        "decodeHasSmallerBlocks, block-size-not-divisible",
        "aBaseModelIsToChat, no-chat-template",
        "prefillWorksWithoutTheCacheServer, lmcache-degraded",
        "theCacheServerEndsUnderARequest, lmcache-server-gone",
        "theCacheServerIsStartedAnewUnnoticed, lmcache-server-restarted",
        "prefillStartsBeforeTheCacheServer, lmcache-server-absent",
        "theSecretIsWrong, s3-access-denied",
        "theStoresNameDoesNotResolve, s3-name-not-resolved",
        "theStoreTakesOneRequestAtATime, s3-single-connection",
        "theStoreIsBrokenForWrites, s3-stores-lost",
        "prefillComesBackWithAnotherModel, s3-output-wrong",
        "prefillHasNixlAlone, lmcache-not-loaded",
        "theSeedOfHashesIsAnother, hash-seed-differs",
        "hashesHaveNoSeed, hash-seed-missing",
        "theBucketIsNotNamed, s3-bucket-not-named",
        "prefillServesTheModelFromAnotherPath, model-path-differs",
        "prefillHasTwoRanks, tensor-parallelism-differs",
        "chunksHaveAnotherSize, chunk-size-differs",
    })
    void theCauseOfAReconfiguredPartComesFirst(String test, String id) {
        comesFirst(id, session(Reconfigured.class, Reconfigured.PROFILE), test);
    }

    @Test
    void theCauseOfClocksApartComesFirst() {
        Assumptions.assumeThat(Reconfigured.FAKE_TIME)
                .as("apt-get install libfaketime")
                .exists();

        comesFirst("s3-clock-skew", session(Reconfigured.class, Reconfigured.PROFILE), "theClockIsLate");
    }

    @ParameterizedTest
    @CsvSource({
        "'prefill: {environment: {UCX_TLS: \"rc,sm,self\"}}', ucx-transport-missing",
        "'prefill: {environment: {UCX_TLS: \"self\"}}', ucx-nothing-between-nodes",
        "'decode: {environment: {UCX_RNDV_SCHEME: \"none\"}}', ucx-backend-failed",
        "'prefill: {environment: {NIXL_PLUGIN_DIR: \"/nowhere\"}}', nixl-plugins-missing",
        "'decode: {environment: {UCX_NET_DEVICES: \"mlx5_0:1\"}}', ucx-device-missing",
        "'decode: {arguments: [\"--block-size\", \"256\"]}', block-size-differs",
        "'decode: {arguments: [\"--num-gpu-blocks-override\", \"40\"]}', kv-cache-too-small",
        "'decode: {environment: {VLLM_CPU_KVCACHE_SPACE: \"4000\"}}', out-of-memory",
    })
    void theCauseOfAMisconfigurationComesFirst(String profile, String id, @TempDir Path directory) {
        comesFirst(
                id,
                FaultySession.of(Misconfigured.class, profile + "\n", directory),
                Misconfigured.class.getSimpleName());
    }

    @Test
    void aPortThatIsTakenIsNamed(@TempDir Path directory) throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String profile = "prefill: {arguments: [\"--port\", \"%d\"]}\n".formatted(taken.getLocalPort());
            comesFirst(
                    "port-in-use",
                    FaultySession.of(Misconfigured.class, profile, directory),
                    Misconfigured.class.getSimpleName());
        }
    }

    private static void comesFirst(String id, FaultySession session, String test) {
        Cause cause = Diagnostician.causes().stream()
                .filter(known -> known.id().equals(id))
                .findFirst()
                .orElseThrow();
        String diagnosis = session.diagnosis(test);
        assertThat(diagnosis).contains("Diagnosis: ");
        String first = diagnosis.substring(diagnosis.indexOf("Diagnosis: ")).split("\n(?=Diagnosis: )")[0];

        assertThat(first)
                .startsWith("Diagnosis: " + cause.area().label() + ": " + cause.what() + " (" + id + ", ")
                .contains("\n    Remedy: " + cause.remedy());
        assertThat(LOGGED.matcher(first).results()).allSatisfy(line -> isInTheLog(session, line));
    }

    /** Long lines are shown in part. */
    private static void isInTheLog(FaultySession session, MatchResult evidence) {
        assertThat(session.line(evidence.group(1), Integer.parseInt(evidence.group(2))))
                .contains(evidence.group(3).split(" … |…$"));
    }
}
