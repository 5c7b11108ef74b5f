package dev.vllmjunit.engine.http;

import dev.vllmjunit.topology.ModelSpec;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;

/** A node with a fake engine for each test. */
abstract class NodeFixture {

    static final ModelSpec MODEL = new ModelSpec("tiny", 1_000_000, 2, 64, 2, 16, 2, 1_000);

    final ModelTokenizer tokenizer = new ModelTokenizer();
    final int hello = tokenizer.encode(" hello")[0];
    final int world = tokenizer.encode(" world")[0];
    final FakeEngine engine = new FakeEngine();
    final NodeServer server =
            NodeServer.start(new NodeServerConfig("test-node", MODEL, "127.0.0.1", OptionalInt.empty()), engine);
    final NodeClient client = new NodeClient(server.endpoint());

    @AfterEach
    void closeServer() {
        server.close();
    }
}
