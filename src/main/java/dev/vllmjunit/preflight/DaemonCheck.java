package dev.vllmjunit.preflight;

import com.github.dockerjava.api.model.Version;

/**
 * Whether a docker daemon answers.
 *
 * @param docker its host
 */
record DaemonCheck(DockerHost docker) implements Check {

    @Override
    public CheckId id() {
        return CheckId.DOCKER;
    }

    @Override
    public String where() {
        return docker.name();
    }

    @Override
    public Finding examine() {
        try {
            Version version = docker.client().versionCmd().exec();
            return Finding.ok("docker " + version.getVersion() + " on " + version.getOperatingSystem() + "/"
                    + version.getArch() + " at " + docker.url());
        } catch (RuntimeException e) {
            return Finding.failed(
                    docker.url() + " does not answer: " + docker.connection().why(e), remedy());
        }
    }

    private String remedy() {
        return switch (docker.url().getScheme()) {
            case "unix" ->
                "start dockerd, or let this user use its socket: usermod -aG docker USER; DOCKER_HOST or"
                        + " docker.hosts." + docker.name() + ".url names another";
            case "tcp" ->
                "docker.hosts." + docker.name()
                        + ".url: host and port; .tls: the directory with ca.pem, cert.pem and key.pem; dockerd -H tcp://…";
            default ->
                "docker.hosts." + docker.name()
                        + ".url: ssh://USER@HOST, where ssh -o BatchMode=yes USER@HOST docker version"
                        + " has to answer";
        };
    }
}
