package dev.vllmjunit.preflight;

import dev.vllmjunit.kvstore.ObjectStoreAccess;
import dev.vllmjunit.provision.ProvisionRequest;
import dev.vllmjunit.provision.Provisioner;
import dev.vllmjunit.topology.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * A place to look at, and what is to run there.
 *
 * @param provisioner the stack
 * @param request what it is to run
 * @param topology as it runs there
 * @param routerPort pinned port of the router on this machine
 * @param environment of this process
 * @param credentials for the object store; never shown
 * @param hosts those that scripts can be run on, by the name that the topology gives them
 * @param ofHosts what is to be looked at before their shells
 */
record Site(
        Provisioner provisioner,
        ProvisionRequest request,
        Topology topology,
        OptionalInt routerPort,
        Map<String, String> environment,
        AwsCredentialsProvider credentials,
        Map<String, Host> hosts,
        List<Check> ofHosts) {

    Site {
        environment = Map.copyOf(environment);
        hosts = Map.copyOf(hosts);
        ofHosts = List.copyOf(ofHosts);
    }

    static Site of(Provisioner provisioner, ProvisionRequest request, OptionalInt routerPort, DockerSite docker) {
        return new Site(
                provisioner,
                request,
                provisioner.effective(request.topology(), request.profile()),
                routerPort,
                System.getenv(),
                DefaultCredentialsProvider.builder().build(),
                docker.hosts(),
                docker.checks());
    }

    String stack() {
        return provisioner.name();
    }

    /** The object store, where somebody else runs it. */
    Optional<ObjectStoreAccess> store() {
        return topology.s3Cache().flatMap(s3 -> s3.endpoint()
                .map(endpoint -> new ObjectStoreAccess(
                        endpoint,
                        s3.region(),
                        s3.bucket(),
                        s3.keyPrefix(),
                        s3.pathStyle(),
                        credentials,
                        "S3 endpoint of the profile",
                        request.tls())));
    }
}
