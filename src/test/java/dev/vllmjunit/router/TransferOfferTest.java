package dev.vllmjunit.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vllmjunit.router.RouterConfig.Target;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransferOfferTest {

    private static final Target HERE = new Target("prefill-0", URI.create("http://127.0.0.1:8100"));
    private static final Target HERE_TOO = new Target("decode-0", URI.create("http://localhost:8200"));
    private static final Target THERE = new Target("decode-0", URI.create("http://192.0.2.7:8200"));

    private static TransferOffer read(String params, Target prefill, Target decode) {
        return TransferOffer.read(
                Samples.prefillAnswer(params).getBytes(StandardCharsets.UTF_8),
                prefill,
                decode,
                InetSocketAddress::createUnresolved);
    }

    @Test
    void keepsTheObjectByteForByte() {
        TransferOffer offer = read(Samples.PARAMS, HERE, HERE_TOO);

        assertThat(offer.params().orElseThrow().toString(StandardCharsets.UTF_8))
                .isEqualTo(Samples.PARAMS);
        assertThat(offer.cachedTokens()).isEqualTo(16);
        assertThat(offer.transferredTokens()).isEqualTo(48);
    }

    @Test
    void namesAnotherAddressOfTheSideChannelAndLeavesTheRest() {
        TransferOffer offer = TransferOffer.read(
                Samples.prefillAnswer(Samples.PARAMS).getBytes(StandardCharsets.UTF_8),
                HERE,
                HERE_TOO,
                (host, port) -> InetSocketAddress.createUnresolved(host + ".through", port + 1));

        assertThat(offer.params().orElseThrow().toString(StandardCharsets.UTF_8))
                .isEqualTo(Samples.PARAMS
                        .replace("127.0.0.1", "127.0.0.1.through")
                        .replace("50051", "50052")
                        .replaceAll("([:,]) ", "$1"));
    }

    @Test
    void takesCachedTokensFromUsageWhenTheObjectDoesNotSay() {
        String params = Samples.PARAMS.replace(", \"remote_prefill_cached_tokens\": 16", "");

        assertThat(read(params, HERE, HERE_TOO).cachedTokens()).isEqualTo(32);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            "do_remote_prefill": true  | "do_remote_prefill": false | do_remote_prefill | false      | true
            "remote_block_ids": [[1, 2, 3]] | "remote_block_ids": null | remote_block_ids | null | a list with at least one block
            "remote_block_ids": [[1, 2, 3]] | "remote_block_ids": []   | remote_block_ids | []   | a list with at least one block
            "remote_block_ids": [[1, 2, 3]] | "remote_block_ids": [[]] | remote_block_ids | [[]] | a list with at least one block
            "remote_engine_id": "e-1"  | "remote_engine_id": null   | remote_engine_id  | null       | a text
            "remote_request_id": "cmpl-r-1-0" | "remote_request_id": " " | remote_request_id | " "   | a text
            "remote_host": "127.0.0.1" | "remote_host": 7           | remote_host       | 7          | a text
            "remote_port": 50051       | "remote_port": null        | remote_port       | null       | a port, 1..65535
            "remote_port": 50051       | "remote_port": 0           | remote_port       | 0          | a port, 1..65535
            """)
    void refusesAValueThatDecodeCannotUse(String right, String wrong, String key, String given, String allowed) {
        assertThatThrownBy(() -> read(Samples.PARAMS.replace(right, wrong), HERE, HERE_TOO))
                .hasMessage(
                        "Prefill hop failed: node prefill-0 at http://127.0.0.1:8100 answered with kv_transfer_params"
                                + " whose " + key + " is " + given + ", but has to be " + allowed
                                + "; such an object kills or hangs a decode node and was not forwarded.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "127.0.1.1", "::1"})
    void refusesASideChannelThatDecodeWouldLookForOnItsOwnHost(String host) {
        String params = Samples.PARAMS.replace("\"127.0.0.1\"", "\"" + host + "\"");

        assertThatThrownBy(() -> read(params, HERE, THERE))
                .hasMessage(
                        "Prefill hop failed: node prefill-0 at http://127.0.0.1:8100 advertises its side channel at "
                                + host
                                + ", but decode node decode-0 at http://192.0.2.7:8200 is on another host and would look"
                                + " for it on its own; start the prefill node with VLLM_NIXL_SIDE_CHANNEL_HOST set to an address"
                                + " that the decode node reaches.");
    }

    @Test
    void takesALocalSideChannelWhenBothNodesShareAHost() {
        Target prefillThere = new Target("prefill-0", URI.create("http://192.0.2.7:8100"));
        String params = Samples.PARAMS.replace("127.0.0.1", "localhost");

        assertThat(read(params, prefillThere, THERE).params()).isPresent();
        assertThat(read(params, HERE, HERE_TOO).params()).isPresent();
    }

    @Test
    void takesARoutableSideChannel() {
        assertThat(read(Samples.PARAMS.replace("127.0.0.1", "192.0.2.1"), HERE, THERE)
                        .params())
                .isPresent();
    }
}
