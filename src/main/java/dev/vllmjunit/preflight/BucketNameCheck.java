package dev.vllmjunit.preflight;

import dev.vllmjunit.topology.S3CacheSpec;
import java.net.URI;
import java.util.List;

/**
 * Whether the host name of a bucket resolves, for whoever puts the bucket there.
 *
 * @param place where it is asked
 * @param names resolves there
 * @param s3 the bucket
 * @param endpoint the store
 * @param otherwise what it comes to if the name does not resolve: a failure where it is used, a warning where it only might be
 */
record BucketNameCheck(String place, NameLookup names, S3CacheSpec s3, URI endpoint, Status otherwise)
        implements Check {

    @Override
    public CheckId id() {
        return CheckId.S3_DNS;
    }

    @Override
    public String where() {
        return place;
    }

    @Override
    public Finding examine() {
        String host = endpoint.getHost();
        String name = s3.bucket() + "." + host;
        if (host.matches("\\[.*|[\\d.]+")) {
            return new Finding(
                    otherwise,
                    "the endpoint is an address: " + name + " cannot resolve",
                    "a host name in s3Cache.endpoint, with a wildcard record *.NAME; rgw dns name = NAME");
        }
        List<String> addresses = names.addresses(name);
        return addresses.isEmpty()
                ? new Finding(
                        otherwise,
                        name + " does not resolve",
                        "a DNS record *." + host + " that points to the gateway, and rgw dns name = " + host
                                + " in Ceph's configuration")
                : Finding.ok(name + " is " + String.join(", ", addresses));
    }
}
