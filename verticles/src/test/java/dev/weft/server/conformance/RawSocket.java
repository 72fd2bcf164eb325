package dev.weft.server.conformance;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A WebSocket client of RFC 6455 on a bare TCP socket, which sends whatever it is told to, also what no library would.
 * Used from the test's thread; a thread of its own reads.
 */
final class RawSocket implements AutoCloseable {
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    /** What {@link #next} returns when the connection ended without a close frame. */
    static final int GONE = -1;

    private static final int CONTINUATION = 0;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final byte[] MASK = {0x12, 0x34, 0x56, 0x78};
    private static final long PATIENCE_MILLIS = 20_000;

    record Frame(int opcode, byte[] payload) {
        /** Of a close frame; 1005 if it names none, 1006 if there was no frame at all. */
        int closeCode() {
            if (opcode == GONE) {
                return 1006;
            }
            return payload.length < 2 ? 1005 : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    private final Socket socket;
    private final OutputStream out;
    private final BlockingQueue<Frame> received = new LinkedBlockingQueue<>();

    private RawSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
    }

    private void startReading(DataInputStream in) {
        Thread reader = new Thread(() -> read(in), "raw-socket");
        reader.setDaemon(true);
        reader.start();
    }

    static RawSocket connect(int port) {
        return connect(port, "/");
    }

    static RawSocket connect(int port, String path) {
        return connect(port, path, true);
    }

    /** What is sent to it stays in the buffers of the network, and fills them. */
    static RawSocket connectWithoutReading(int port) {
        return connect(port, "/", false);
    }

    private static RawSocket connect(int port, String path, boolean reads) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.getOutputStream()
                    .write(("GET " + path
                                    + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            String head = readHead(in);
            if (!head.startsWith("HTTP/1.1 101")) {
                throw new AssertionError("No upgrade: " + head);
            }
            if (head.toLowerCase(java.util.Locale.ROOT).contains("sec-websocket-protocol")) {
                throw new AssertionError("A sub-protocol was selected: " + head);
            }
            RawSocket connected = new RawSocket(socket);
            if (reads) {
                connected.startReading(in);
            }
            return connected;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request that may be anything and returns the head of the response. */
    static String request(int port, String request) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return readHead(new DataInputStream(socket.getInputStream()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String readHead(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    private void read(DataInputStream in) {
        try {
            int opcode = CONTINUATION;
            byte[] message = {};
            while (true) {
                int first = in.readUnsignedByte();
                byte[] payload = new byte[readLength(in)];
                in.readFully(payload);
                int code = first & 0x0f;
                if (code >= CLOSE) {
                    received.add(new Frame(code, payload));
                    continue;
                }
                opcode = code == CONTINUATION ? opcode : code;
                int before = message.length;
                message = Arrays.copyOf(message, before + payload.length);
                System.arraycopy(payload, 0, message, before, payload.length);
                if ((first & FINAL) != 0) {
                    received.add(new Frame(opcode, message));
                    message = new byte[0];
                }
            }
        } catch (EOFException | SocketException e) {
            received.add(new Frame(GONE, new byte[0]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int readLength(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte();
        if (length == 126) {
            return in.readUnsignedShort();
        }
        return length == 127 ? Math.toIntExact(in.readLong()) : length;
    }

    /** The next data or control frame; fails if none comes. */
    Frame next() {
        try {
            Frame frame = received.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            if (frame == null) {
                throw new AssertionError("Nothing within " + PATIENCE_MILLIS + " ms");
            }
            return frame;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void text(String message) {
        frame(FINAL | TEXT, message.getBytes(StandardCharsets.UTF_8));
    }

    void binary(byte[] message) {
        frame(FINAL | BINARY, message);
    }

    void ping(byte[] payload) {
        frame(FINAL | PING, payload);
    }

    void close(int code) {
        frame(FINAL | CLOSE, new byte[] {(byte) (code >> 8), (byte) code});
    }

    /** One message in so many fragments, with a ping between each two. */
    void fragments(byte[] message, int count) {
        for (int i = 0; i < count; i++) {
            byte[] part = Arrays.copyOfRange(message, message.length * i / count, message.length * (i + 1) / count);
            int opcode = i == 0 ? BINARY : CONTINUATION;
            frame(i == count - 1 ? FINAL | opcode : opcode, part);
            if (i < count - 1) {
                ping(new byte[] {(byte) i});
            }
        }
    }

    /** A frame with this first byte, masked as a client's. */
    void frame(int first, byte[] payload) {
        byte[] masked = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            masked[i] = (byte) (payload[i] ^ MASK[i % MASK.length]);
        }
        int length = payload.length;
        byte[] head;
        if (length < 126) {
            head = new byte[] {(byte) first, (byte) (MASKED | length)};
        } else if (length < 1 << 16) {
            head = new byte[] {(byte) first, (byte) (MASKED | 126), (byte) (length >> 8), (byte) length};
        } else {
            head = new byte[10];
            head[0] = (byte) first;
            head[1] = (byte) (MASKED | 127);
            for (int i = 0; i < 4; i++) {
                head[6 + i] = (byte) (length >> 24 - 8 * i);
            }
        }
        byte[] all = Arrays.copyOf(head, head.length + MASK.length + length);
        System.arraycopy(MASK, 0, all, head.length, MASK.length);
        System.arraycopy(masked, 0, all, head.length + MASK.length, length);
        bytes(all);
    }

    /** Bytes that need not be a frame. */
    void bytes(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends its half of the TCP connection, without a close frame. */
    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Drops the connection: the server's TCP gets a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
