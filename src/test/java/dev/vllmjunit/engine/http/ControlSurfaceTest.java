package dev.vllmjunit.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node says about itself. */
class ControlSurfaceTest extends NodeFixture {

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/ping"})
    void healthFollowsTheEngine(String path) throws Exception {
        HttpResponse<String> alive = client.get(path);
        engine.healthy = false;
        HttpResponse<String> dead = client.get(path);

        assertThat(alive.statusCode()).isEqualTo(200);
        assertThat(alive.body()).isEmpty();
        assertThat(dead.statusCode()).isEqualTo(503);
        assertThat(dead.body()).isEmpty();
    }

    @Test
    void versionSaysThatItIsAModel() throws Exception {
        assertThat(client.get("/version").body()).isEqualTo("{\"version\":\"0.32.0+vllm-junit-embedded\"}");
    }

    @Test
    void modelsHaveTheShapeOfVllm() throws Exception {
        String body = client.get("/v1/models").body();
        assertThat(NodeClient.withoutTime(body).replaceAll("modelperm-\\w{16}", "modelperm-X"))
                .isEqualTo("{\"object\":\"list\",\"data\":[{\"id\":\"tiny\",\"object\":\"model\",\"created\":0,"
                        + "\"owned_by\":\"vllm\",\"root\":\"tiny\",\"parent\":null,\"max_model_len\":1000,"
                        + "\"permission\":[{\"id\":\"modelperm-X\",\"object\":\"model_permission\",\"created\":0,"
                        + "\"allow_create_engine\":false,\"allow_sampling\":true,\"allow_logprobs\":true,"
                        + "\"allow_search_indices\":false,\"allow_view\":true,\"allow_fine_tuning\":false,"
                        + "\"organization\":\"*\",\"group\":null,\"is_blocking\":false}]}]}");
    }

    @Test
    void metricsAreTheEngines() throws Exception {
        HttpResponse<String> response = client.get("/metrics");
        assertThat(response.headers().firstValue("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body()).isEqualTo(engine.scrape());
    }

    @Test
    void serverInfoNamesTheModelledNode() throws Exception {
        assertThat(client.get("/server_info").body())
                .startsWith("{\"vllm_config\":\"embedded model of vLLM 0.32.0+vllm-junit-embedded, NodeServerConfig[")
                .contains("\"vllm_env\":{}", "\"system_env\":{\"java_version\":");
    }

    @ParameterizedTest
    @CsvSource({
        "/reset_prefix_cache, local",
        "/reset_prefix_cache?reset_running_requests=false&reset_external=false, local",
        "/reset_prefix_cache?reset_external=true, external",
        "/reset_prefix_cache?reset_external=1, external"
    })
    void resetSaysWhichCaches(String path, String reset) throws Exception {
        HttpResponse<String> response = client.send(client.to(path).POST(HttpRequest.BodyPublishers.noBody()));
        assertThat(response.body()).isEqualTo("{\"success\":true}");
        assertThat(engine.lastReset).isEqualTo(reset);
    }

    @Test
    void resetIsHonestWhileBlocksAreHeld() throws Exception {
        engine.resetSucceeds = false;
        assertThat(client.post("/reset_prefix_cache", "").body()).isEqualTo("{\"success\":false}");
    }

    @Test
    void resetRefusesAFlagThatIsNone() throws Exception {
        HttpResponse<String> response = client.post("/reset_prefix_cache?reset_external=perhaps", "");
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .isEqualTo("{\"error\":{\"message\":\"1 validation error:\\n  {'type': 'bool_parsing', 'loc': "
                        + "'query.reset_external', 'msg': 'Input should be a valid boolean, unable to interpret input',"
                        + " 'input': 'perhaps'}\",\"type\":\"Bad Request\",\"param\":\"query.reset_external\","
                        + "\"code\":400}}");
        assertThat(engine.lastReset).isEqualTo("none");
    }

    @Test
    void anUnknownPathIsFastApis404() throws Exception {
        HttpResponse<String> response = client.get("/v1/nope");
        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(response.body()).isEqualTo("{\"detail\":\"Not Found\"}");
    }

    @Test
    void anotherMethodIsFastApis405() throws Exception {
        HttpResponse<String> response = client.get("/v1/completions");
        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).contains("POST");
        assertThat(response.body()).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
    }

    @Test
    void aRequestIdIsNotEchoedAsWithoutItsFlag() throws Exception {
        HttpResponse<String> given = client.send(client.to("/health").header("X-Request-Id", "abc-1"));

        assertThat(given.headers().firstValue("x-request-id")).isEmpty();
    }
}
