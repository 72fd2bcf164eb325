package dev.weft.server.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority in a folder, and certificates that it signs, all as PEM. */
final class Certificates {
    static final String PASSWORD = "changeit";

    private final Path folder;
    private final String authority;

    Certificates(Path folder, String authority) throws IOException {
        this.folder = folder;
        this.authority = authority;
        keytool(authority, "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=" + authority, "-ext", "bc:c");
        pem("CERTIFICATE", encoded(authority, false), certificateOfAuthority());
    }

    Path certificateOfAuthority() {
        return folder.resolve(authority + ".pem");
    }

    Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** For this machine. */
    void issue(String name) throws IOException {
        Files.deleteIfExists(folder.resolve(name + ".p12"));
        keytool(name, "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=" + name);
        Path request = folder.resolve(name + ".csr");
        keytool(name, "-certreq", "-alias", "a", "-file", request.toString());
        keytool(
                authority,
                "-gencert",
                "-rfc",
                "-alias",
                "a",
                "-infile",
                request.toString(),
                "-outfile",
                certificate(name).toString(),
                "-ext",
                "san=dns:localhost,ip:127.0.0.1");
        pem("PRIVATE KEY", encoded(name, true), key(name));
    }

    KeyStore store(String name) throws IOException, GeneralSecurityException {
        return KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), PASSWORD.toCharArray());
    }

    private byte[] encoded(String store, boolean isKey) throws IOException {
        try {
            KeyStore keys = store(store);
            Certificate certificate = keys.getCertificate("a");
            return isKey ? keys.getKey("a", PASSWORD.toCharArray()).getEncoded() : certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static void pem(String what, byte[] der, Path file) throws IOException {
        Files.writeString(
                file,
                "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + what
                        + "-----\n");
    }

    private void keytool(String store, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", folder.resolve(store + ".p12").toString(), "-storepass", PASSWORD));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(output);
        }
    }
}
