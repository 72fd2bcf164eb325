package dev.weft.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Ports of this machine for servers that are started later, or again. Thread-safe. */
public final class FreePorts {
    /** Linux and others give ports from 32768 on to outgoing connections, which would take a free one sooner or later. */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int ATTEMPTS_MAX = 100;

    private FreePorts() {}

    /** So many ports in a row on which nobody listens now. */
    public static List<Integer> inARow(int count) {
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            int first = ThreadLocalRandom.current().nextInt(FIRST, END - count);
            List<Integer> ports = IntStream.range(first, first + count).boxed().toList();
            if (areFree(ports)) {
                return ports;
            }
        }
        throw new IllegalStateException("no " + count + " free ports in a row from " + FIRST + " to " + END);
    }

    public static int one() {
        return inARow(1).get(0);
    }

    private static boolean areFree(List<Integer> ports) {
        List<ServerSocket> held = new ArrayList<>();
        try {
            for (int port : ports) {
                held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
            }
            return true;
        } catch (IOException taken) {
            return false;
        } finally {
            held.forEach(FreePorts::close);
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
