package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vllmjunit.engine.core.GenerationRequest;
import dev.vllmjunit.engine.core.RemoteKv;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code kv_transfer_params} in and out. */
class KvTransferTest extends NodeFixture {

    private static final String PATH = "/v1/completions";
    private static final String COMPLETE = "{\"do_remote_prefill\":true,\"do_remote_decode\":false,"
            + "\"remote_block_ids\":[[4,5]],\"remote_engine_id\":\"e\",\"remote_request_id\":\"cmpl-x-0-12345678\","
            + "\"remote_host\":\"127.0.0.1\",\"remote_port\":5600,\"tp_size\":1,\"dcp_size\":1,\"pp_size\":1,"
            + "\"remote_num_tokens\":30,\"remote_blocks_expiry_time\":null,\"transfer_mode\":\"pull\","
            + "\"remote_prefill_cached_tokens\":16}";

    @Test
    void prefillIsAskedToKeepItsBlocksAndSaysWhereTheyAre() throws Exception {
        engine.doing(submission -> {
            submission.listener().onToken(hello, -1);
            submission
                    .listener()
                    .onFinished(
                            "length",
                            16,
                            Optional.of(new RemoteKv(
                                    "e", "cmpl-x-0-12345678", "127.0.0.1", 5600, new int[] {4, 5}, 30, 16)));
        });
        HttpResponse<String> response = client.post(
                PATH,
                "{\"prompt\":\"a\",\"max_tokens\":1,\"kv_transfer_params\":{\"do_remote_decode\":true,"
                        + "\"do_remote_prefill\":false,\"remote_engine_id\":null,\"remote_block_ids\":null,"
                        + "\"remote_host\":null,\"remote_port\":null}}");

        assertThat(response.body()).contains("\"kv_transfer_params\":" + COMPLETE);
        assertThat(engine.next().request().remoteDecode()).isTrue();
    }

    @Test
    void withoutBlocksToOfferTheAnswerIsNull() throws Exception {
        engine.answering(hello);
        assertThat(client.post(PATH, "{\"prompt\":\"a\",\"kv_transfer_params\":{\"do_remote_decode\":true}}")
                        .body())
                .contains("\"kv_transfer_params\":null");
    }

    @Test
    void decodeIsToldWhereTheBlocksAre() throws Exception {
        engine.answering(hello);
        HttpResponse<String> response = client.post(PATH, "{\"prompt\":\"a\",\"kv_transfer_params\":" + COMPLETE + "}");

        GenerationRequest request = engine.next().request();
        assertThat(request.remoteDecode()).isFalse();
        assertThat(request.remoteKv())
                .get()
                .usingRecursiveComparison()
                .isEqualTo(new RemoteKv("e", "cmpl-x-0-12345678", "127.0.0.1", 5600, new int[] {4, 5}, 30, 16));
        assertThat(response.body())
                .as("decode reports what prefill did not compute, as vLLM does")
                .contains("\"cached_tokens\":16");
    }

    @Test
    void olderPrefillNodesDoNotSayHowManyTokens() throws Exception {
        engine.answering(hello);
        client.post(
                PATH,
                "{\"prompt\":\"hi hi\",\"kv_transfer_params\":"
                        + without("remote_num_tokens", without("remote_prefill_cached_tokens", COMPLETE)) + "}");
        RemoteKv remote = engine.next().request().remoteKv().orElseThrow();
        assertThat(remote.tokens()).isEqualTo(2);
        assertThat(remote.cachedTokens()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            delimiter = '|',
            value = {"none", "{}", "null", "{\"do_remote_prefill\":false}"})
    void withoutARoleItIsAnOrdinaryRequest(String params) throws Exception {
        engine.answering(hello);
        client.post(PATH, "{\"prompt\":\"a\"" + (params == null ? "" : ",\"kv_transfer_params\":" + params) + "}");
        GenerationRequest request = engine.next().request();
        assertThat(request.remoteKv()).isEmpty();
        assertThat(request.remoteDecode()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"remote_block_ids", "remote_engine_id", "remote_request_id", "remote_host", "remote_port"})
    void aMissingKeyIsNamedInsteadOfHangingOrDying(String key) throws Exception {
        for (String params : new String[] {without(key, COMPLETE), with(key, "null")}) {
            assertRefused(params, "kv_transfer_params." + key + " is missing.");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "remote_block_ids|[]|is [], but is one list with one list of block ids",
                "remote_block_ids|[[]]|is [[]], but is one list with one list of block ids",
                "remote_block_ids|[4,5]|is [4,5], but is one list with one list of block ids",
                "remote_block_ids|[[4,-5]]|holds -5, but block ids are whole numbers from 0",
                "remote_block_ids|[[4,\"x\"]]|holds \"x\", but block ids are whole numbers from 0",
                "remote_engine_id|\" \"|is empty",
                "remote_port|0|is 0, but goes from 1 to 65535",
                "remote_port|70000|is 70000, but goes from 1 to 65535",
                "remote_num_tokens|0|is 0, but goes from 1 to 2147483647",
                "do_remote_decode|true|§kv_transfer_params.do_remote_prefill is true beside do_remote_decode; set one of"
                        + " them§"
            })
    void aWrongKeyIsNamed(String key, String value, String problem) throws Exception {
        assertRefused(
                with(key, value), problem.startsWith("kv_") ? problem : "kv_transfer_params." + key + " " + problem);
    }

    @Test
    void theBlocksOfOnePromptDoNotServeSeveral() throws Exception {
        HttpResponse<String> response =
                client.post(PATH, "{\"prompt\":[\"a\",\"b\"],\"kv_transfer_params\":" + COMPLETE + "}");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains(
                        "prompt holds 2 prompts, but kv_transfer_params speaks of the blocks of one; send one request for"
                                + " each prompt");
    }

    private void assertRefused(String params, String problem) throws Exception {
        HttpResponse<String> response = client.post(PATH, "{\"prompt\":\"a\",\"kv_transfer_params\":" + params + "}");
        String end = problem.endsWith(".") ? "" : ".";
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(Json.MAPPER.readTree(response.body()).at("/error/message").asText())
                .isEqualTo(problem + end + " Forward the object as the prefill node answered it; a request with"
                        + " do_remote_prefill needs remote_block_ids, remote_engine_id, remote_host, remote_port,"
                        + " remote_request_id (parameter=kv_transfer_params)");
        assertThat(engine.submissions).isEmpty();
    }

    private static String without(String key, String params) throws Exception {
        ObjectNode node = (ObjectNode) Json.MAPPER.readTree(params);
        node.remove(key);
        return node.toString();
    }

    private static String with(String key, String value) throws Exception {
        ObjectNode node = (ObjectNode) Json.MAPPER.readTree(COMPLETE);
        JsonNode replacement = Json.MAPPER.readTree(value);
        return node.set(key, replacement).toString();
    }
}
