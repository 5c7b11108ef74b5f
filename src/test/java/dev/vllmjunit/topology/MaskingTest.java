package dev.vllmjunit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {

    private static final Masking MASKING = Masking.of(Map.of(
            "AWS_SECRET_ACCESS_KEY", "wJalrXUt/nFEMI+K7",
            "HF_TOKEN", "correct-horse-battery",
            "OBJ_SECRET_KEY", "longestsecretvalue",
            "NUMBER_OF_TOKENS", "12345678",
            "CI_TOKEN", "1",
            "PATH", "/usr/local/bin"));

    @Test
    void masksValuesOfTheEnvironmentWhereverTheyStand() {
        assertThat(MASKING.mask("signed with wJalrXUt/nFEMI+K7, seen as key=wJalrXUt%2FnFEMI%2BK7&x=1"))
                .isEqualTo("signed with ****, seen as key=****&x=1");
        assertThat(MASKING.mask("xcorrect-horse-batteryx longestsecretvalue")).isEqualTo("x****x ****");
    }

    @Test
    void masksABearerToken() {
        assertThat(MASKING.and(BearerToken.of("open-sesame")).mask("told open-sesame and correct-horse-battery"))
                .isEqualTo("told **** and ****");
        assertThat(BearerToken.of("open-sesame")).hasToString("****");
    }

    @Test
    void leavesValuesThatAreNoCredentials() {
        assertThat(MASKING.mask("12345678 tokens in /usr/local/bin, 1 request"))
                .isEqualTo("12345678 tokens in /usr/local/bin, 1 request");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET http://me:pw@s3.lab:7480/nixl | GET http://****@s3.lab:7480/nixl",
                "docker at ssh://lab:pw@mi300x | docker at ssh://****@mi300x",
                "GET /x?X-Amz-Signature=abc&X-Amz-Credential=AK%2F2026&X-Amz-Date=1 | GET /x?X-Amz-Signature=****&X-Amz-Credential=****&X-Amz-Date=1",
                "X-Amz-Security-Token: FwoGZXIv | X-Amz-Security-Token: ****",
                "Authorization: Bearer abc.def-1 | Authorization: Bearer ****",
                "Credential=AK/2026/s3, SignedHeaders=host, Signature=0123456789abcdef01 | Credential=****, SignedHeaders=host, Signature=****",
                "{\"aws_secret_access_key\":\"x/y+z\",\"type\":\"s3\"} | {\"aws_secret_access_key\":\"****\",\"type\":\"s3\"}",
                "{\\\"access_key\\\":\\\"x\\\"} | {\\\"access_key\\\":\\\"****\\\"}",
                "OBJ_SECRET_KEY=abc HF_TOKEN=x | OBJ_SECRET_KEY=**** HF_TOKEN=****",
                "secretKey: 'abc' | secretKey: '****'",
                "vllm serve --api-key abc --port 1 | vllm serve --api-key **** --port 1",
                "key AKIAIOSFODNN7EXAMPLE of hf_abcdefghijklmnopqrst | key **** of ****",
            })
    void masksWhatLooksLikeACredential(String text, String masked) {
        assertThat(Masking.of(Map.of()).mask(text)).isEqualTo(masked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "vllm:prompt_tokens_total{engine=\"0\"} 24000.0",
                "{\"max_tokens\":1,\"usage\":{\"prompt_tokens\":20000,\"cached_tokens\": 5}}",
                "vllm:time_to_first_token_seconds_bucket{le=\"0.1\"} 3",
                "first_token: 12 ms, http://127.0.0.1:8000/v1/completions",
                "credentials: AWS default chain",
                "mail me@example.com about s3://nixl.s3.cephlab.com",
                "docker at ssh://lab@mi300x",
            })
    void leavesWhatDoesNot(String text) {
        assertThat(Masking.of(Map.of()).mask(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS_SECRET_ACCESS_KEY",
                "AWS_ACCESS_KEY_ID",
                "AWS_SESSION_TOKEN",
                "HF_TOKEN",
                "HUGGING_FACE_HUB_TOKEN",
                "OBJ_SECRET_KEY",
                "secretKey",
                "password",
                "token",
                "Authorization",
                "x-amz-security-token"
            })
    void knowsSecretNames(String name) {
        assertThat(Masking.isSecretName(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"prompt_tokens", "first_token", "chunkTokens", "bucket", "keyPrefix", "MAX_TOKENS"})
    void knowsOtherNames(String name) {
        assertThat(Masking.isSecretName(name)).isFalse();
    }
}
