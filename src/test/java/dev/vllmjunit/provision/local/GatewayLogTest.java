package dev.vllmjunit.provision.local;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vllmjunit.kvstore.StoreTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines are those of radosgw 16.2.15, requests those of LMCache 0.5.6, vLLM 0.32 and this library's own client. */
class GatewayLogTest {

    private static final String LMCACHE = "\"CRTS3NativeClient/1.5.1 platform/unknown\"";
    private static final String KEY = "/nixl/tiny%4001000100%400%40776cfebfa85ab7";

    private final Path file;
    private final GatewayLog log;

    GatewayLogTest(@TempDir Path directory) {
        this.file = directory.resolve("ceph-client.rgw.log");
        this.log = GatewayLog.after(file, "nixl");
    }

    @BeforeEach
    void aStartedGateway() throws IOException {
        append("2026-11-25T17:01:23.056+0000 7fd2e8bdae40  0 starting handler: beast\n");
    }

    @Test
    void countsObjectsThatWereReadAndWritten() throws IOException {
        answer("PUT " + KEY, 200, 1_048_576, LMCACHE);
        answer("GET " + KEY, 206, 1_048_576, LMCACHE);
        answer("GET " + KEY, 206, 1_000, LMCACHE);
        answer(
                "PUT /nixl/kv/tiny_c9d805939366_r0/010/2c_g0/0102c470.bin",
                200,
                524_288,
                "\"aws-sdk-cpp/1.11.760 ua/2.1 api/S3\"");
        answer("DELETE " + KEY, 204, 0, LMCACHE);

        assertThat(log.get()).isEqualTo(new StoreTraffic(2, 1_049_576, 2, 1_572_864, 1));
    }

    @Test
    void countsThePartsOfALargeObject() throws IOException {
        answer("PUT " + KEY + "?partNumber=1&uploadId=2~x", 200, 8_388_608, LMCACHE);
        answer("PUT " + KEY + "?uploadId=2~x&partNumber=2", 200, 100, LMCACHE);
        answer("GET " + KEY + "?x-id=GetObject", 206, 8_388_708, LMCACHE);

        assertThat(log.get()).isEqualTo(new StoreTraffic(1, 8_388_708, 2, 8_388_708, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HEAD /nixl/a 200",
                "GET /nixl/a 404",
                "PUT /nixl/a 411",
                "PUT /nixl 200",
                "GET /nixl?list-type=2&prefix=kv 200",
                "GET /nixl/?list-type=2 200",
                "GET /nixl/a?tagging 200",
                "POST /nixl?delete 200",
                "POST /nixl/a?uploads 200",
                "GET /another/a 200",
                "GET / 200"
            })
    void leavesOutWhatMovesNoObjectOfTheBucket(String request) throws IOException {
        int status = request.lastIndexOf(' ');
        answer(request.substring(0, status), Integer.parseInt(request.substring(status + 1)), 77, LMCACHE);

        assertThat(log.get()).isEqualTo(StoreTraffic.NONE);
    }

    @Test
    void leavesOutThisLibrarysOwnClient() throws IOException {
        answer("GET " + KEY, 200, 5, "\"aws-sdk-java/2.57.8 md/io#sync md/http#Apache5\"");

        assertThat(log.get()).isEqualTo(StoreTraffic.NONE);
    }

    @Test
    void readsOnFromWhereItStoppedAndWaitsForTheRestOfALine() throws IOException {
        answer("GET " + KEY, 206, 1, LMCACHE);
        assertThat(log.get()).isEqualTo(new StoreTraffic(1, 1, 0, 0, 0));
        String line = line("GET " + KEY, 206, 20, LMCACHE);
        append(line.substring(0, line.length() - 40));
        assertThat(log.get()).isEqualTo(new StoreTraffic(1, 1, 0, 0, 0));
        append(line.substring(line.length() - 40));

        assertThat(log.get()).isEqualTo(new StoreTraffic(2, 21, 0, 0, 0));
    }

    @Test
    void leavesOutWhatAnEarlierGatewayHasLogged() throws IOException {
        answer("GET " + KEY, 206, 1, LMCACHE);
        GatewayLog later = GatewayLog.after(file, "nixl");
        answer("GET " + KEY, 206, 20, LMCACHE);

        assertThat(later.get()).isEqualTo(new StoreTraffic(1, 20, 0, 0, 0));
    }

    @Test
    void aGatewayThatHasNotStartedHasAnsweredNothing() throws IOException {
        Files.delete(file);

        assertThat(log.get()).isEqualTo(StoreTraffic.NONE);
    }

    private void answer(String request, int status, long bytes, String agent) throws IOException {
        append(line(request, status, bytes, agent));
    }

    private static String line(String request, int status, long bytes, String agent) {
        return "2026-11-25T17:02:31.192+0000 7fd2e8bdae40  1 beast: 0x7fd2e03d96e0: 127.0.0.1 - vllm-junit [25/Nov/2026:17:02:31.116"
                + " +0000] \"" + request + " HTTP/1.1\" " + status + " " + bytes + " - " + agent
                + " bytes=0-1048575 latency=0.075999998s\n";
    }

    private void append(String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
