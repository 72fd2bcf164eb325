package dev.weft.server.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** A TCP connection to a node, and what somebody without manners writes on it. */
final class BareSocket implements AutoCloseable {
    private static final int RECEIVE_BUFFER_BYTES = 16 << 10;
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    static final String UPGRADE = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

    BareSocket(int port) throws IOException {
        this(connected(port));
    }

    /** Little fits into it, so that what is not read comes to stand at the node soon. */
    private static Socket connected(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
        return socket;
    }

    private BareSocket(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
    }

    /** With another address of this machine as its own, which loopback has many of. */
    static BareSocket from(String address, int port) throws IOException {
        return new BareSocket(new Socket(InetAddress.getByName("127.0.0.1"), port, InetAddress.getByName(address), 0));
    }

    /** As far as a WebSocket. */
    static BareSocket upgraded(int port) throws IOException {
        BareSocket bare = new BareSocket(port);
        bare.write(UPGRADE);
        bare.readHead();
        return bare;
    }

    private void readHead() throws IOException {
        InputStream in = socket.getInputStream();
        int last = 0;
        while (last != 0x0d0a0d0a) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("Closed during the upgrade");
            }
            last = last << 8 | next;
        }
    }

    /** Waits for so many bytes. */
    byte[] read(int count) throws IOException {
        return socket.getInputStream().readNBytes(count);
    }

    /** Up to the end of the line. */
    String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        int next = socket.getInputStream().read();
        while (next >= 0 && next != '\n') {
            line.append((char) next);
            next = socket.getInputStream().read();
        }
        return line.toString();
    }

    void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void write(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    /** One masked frame. @param firstByte FIN, reserved bits and opcode */
    static byte[] frame(int firstByte, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(firstByte);
        if (payload.length < 126) {
            out.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            out.write(0x80 | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) {
                out.write((int) ((long) payload.length >> shift));
            }
        }
        // A mask of zeros leaves the payload as it is.
        out.write(0);
        out.write(0);
        out.write(0);
        out.write(0);
        out.writeBytes(payload);
        return out.toByteArray();
    }

    /** Everything until the other side closes; fails if it does not. */
    byte[] readUntilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8_192];
        try {
            int read = socket.getInputStream().read(buffer);
            while (read >= 0) {
                all.write(buffer, 0, read);
                read = socket.getInputStream().read(buffer);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("The connection was not closed within " + PATIENCE_MILLIS + " ms", e);
        } catch (IOException e) {
            // A reset is a close, too.
            return all.toByteArray();
        }
        return all.toByteArray();
    }

    /** Throws away what has come; false if the other side has closed. */
    boolean drain() throws IOException {
        socket.setSoTimeout(1);
        try {
            byte[] buffer = new byte[65_536];
            while (true) {
                if (socket.getInputStream().read(buffer) < 0) {
                    return false;
                }
            }
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** The code of the close frame at the end of what was read; 0 if there is none. */
    static int closeCode(byte[] read) {
        for (int i = 0; i + 3 < read.length; i++) {
            if ((read[i] & 0xff) == 0x88 && i + 2 + read[i + 1] == read.length) {
                return (read[i + 2] & 0xff) << 8 | read[i + 3] & 0xff;
            }
        }
        return 0;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use any more either way.
            return;
        }
    }
}
