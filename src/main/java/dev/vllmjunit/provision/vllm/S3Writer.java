package dev.vllmjunit.provision.vllm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What makes a prefill node keep its KV cache in S3, beside its NixlConnector. */
public sealed interface S3Writer permits LmCacheWriter, ObjWriter {

    /** The connector, as it stands in a MultiConnector's list. */
    ObjectNode connector();

    /** The node's variables for it; may hold keys. */
    Map<String, String> environment();

    /** What the node's log says as soon as it works. */
    String atWork();

    /** What a report calls it. */
    String description();
}
