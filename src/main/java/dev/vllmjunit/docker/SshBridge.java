package dev.vllmjunit.docker;

import dev.vllmjunit.topology.Masking;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reaches a daemon through ssh as docker's own command line does: each connection to a local socket, which only this user may open, is
 * one {@code ssh HOST docker system dial-stdio}. What ssh says goes to a file beside the socket. Thread-safe.
 */
final class SshBridge implements AutoCloseable {

    private final List<String> command;
    private final Path directory;
    private final ServerSocketChannel server;
    private final Set<SshConnection> open = ConcurrentHashMap.newKeySet();

    private SshBridge(List<String> command, Path directory, ServerSocketChannel server) {
        this.command = command;
        this.directory = directory;
        this.server = server;
    }

    /** What reaches the daemon of an {@code ssh://[USER@]HOST[:PORT]}: never asks anybody anything. */
    static List<String> command(URI url) {
        String authority = url.getRawAuthority();
        String login = authority.substring(0, authority.lastIndexOf('@') + 1);
        String host = authority.substring(login.length());
        List<String> words = new ArrayList<>(List.of("ssh", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "-T"));
        int colon = host.indexOf(':');
        if (colon >= 0) {
            words.addAll(List.of("-p", host.substring(colon + 1)));
            host = host.substring(0, colon);
        }
        words.addAll(List.of("--", login + host, "docker", "system", "dial-stdio"));
        return List.copyOf(words);
    }

    /** Listens from now on. */
    static SshBridge open(List<String> command) {
        try {
            Path directory = Files.createTempDirectory("vllm-junit-ssh-");
            ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(directory.resolve("docker.sock")));
            SshBridge bridge = new SshBridge(command, directory, server);
            SshConnection.daemonThread(bridge::accept, "ssh-bridge");
            return bridge;
        } catch (IOException e) {
            throw new UncheckedIOException("no local socket for ssh can be made", e);
        }
    }

    /** Of its local socket. */
    URI url() {
        return URI.create("unix://" + directory.resolve("docker.sock"));
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                connect(server.accept());
            } catch (IOException closed) {
                // The loop ends, or goes on without a connection that broke.
            }
        }
    }

    private void connect(SocketChannel accepted) throws IOException {
        try {
            open.add(SshConnection.start(command, accepted, log(), open::remove));
        } catch (IOException noSuchProgram) {
            Files.writeString(log(), String.valueOf(noSuchProgram.getMessage()));
            accepted.close();
        }
    }

    /** The last line that ssh said, if it said any. */
    Optional<String> lastWords() {
        try {
            return Files.exists(log())
                    ? Files.readAllLines(log()).stream()
                            .filter(line -> !line.isBlank())
                            .reduce((first, second) -> second)
                            .map(line -> Masking.ofProcess().mask(line.strip()))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Path log() {
        return directory.resolve("ssh.log");
    }

    /** Ends every ssh. */
    @Override
    public void close() {
        try {
            server.close();
            open.forEach(SshConnection::close);
            for (Path file : List.of(directory.resolve("docker.sock"), log(), directory)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the local socket of ssh cannot be removed", e);
        }
    }
}
