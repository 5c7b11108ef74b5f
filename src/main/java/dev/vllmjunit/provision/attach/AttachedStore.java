package dev.vllmjunit.provision.attach;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** The object store behind running nodes: credentials come from the AWS default chain alone. */
final class AttachedStore {

    private AttachedStore() {}

    static Optional<ObjectStoreAccess> of(ProvisionRequest request) {
        return request.topology().s3Cache().flatMap(s3 -> s3.endpoint()
                .map(endpoint -> new ObjectStoreAccess(
                        endpoint,
                        s3.region(),
                        s3.bucket(),
                        s3.keyPrefix(),
                        s3.pathStyle(),
                        DefaultCredentialsProvider.builder().build(),
                        "S3 endpoint of the profile",
                        request.tls())));
    }
}
