package dev.weft.server.storage.embedded;

import dev.weft.server.storage.StoreOverloadedException;
import dev.weft.server.storage.StoreUnavailableException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Everything the writer thread has not begun, bounded by the bytes writes hold and the number of reads. Thread-safe. */
final class TaskQueue {
    static final long FOREVER = TimeUnit.DAYS.toNanos(365);

    private final long bytesMax;
    private final int readsMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition notEmpty = lock.newCondition();
    private final Deque<Task<?>> tasks = new ArrayDeque<>();
    private long bytes;
    private int reads;
    private boolean closed;

    TaskQueue(long bytesMax, int readsMax) {
        this.bytesMax = bytesMax;
        this.readsMax = readsMax;
    }

    /** Refuses by throwing a {@code StoreException}. */
    void put(Task<?> task) {
        boolean write = task instanceof WriteTask;
        lock.lock();
        try {
            if (closed) {
                throw new StoreUnavailableException("the store is closed", null);
            }
            // A single task larger than the bound is let in when it is alone; else it could never be written.
            if (write && bytes > 0 && bytes + task.chargedBytes() > bytesMax) {
                throw new StoreOverloadedException(bytes, bytesMax);
            }
            if (!write && reads >= readsMax) {
                throw new StoreUnavailableException("more than " + readsMax + " reads are waiting", null);
            }
            bytes += task.chargedBytes();
            reads += write ? 0 : 1;
            tasks.add(task);
            notEmpty.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Gives back what finished tasks held. */
    void release(long finishedBytes, int finishedReads) {
        lock.lock();
        try {
            bytes -= finishedBytes;
            reads -= finishedReads;
        } finally {
            lock.unlock();
        }
    }

    /**
     * What is to be done together: all that waits, up to a number of bytes, at least one task. Waits for a task up to a time,
     * then returns an empty list; returns null when closed and empty.
     */
    List<Task<?>> take(long batchBytesMax, long waitNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = waitNanos;
            while (tasks.isEmpty() && !closed && left > 0) {
                left = notEmpty.awaitNanos(left);
            }
            if (tasks.isEmpty() && closed) {
                return null;
            }
            var batch = new ArrayList<Task<?>>();
            long taken = 0;
            while (!tasks.isEmpty() && (batch.isEmpty() || taken + tasks.peek().chargedBytes() <= batchBytesMax)) {
                taken += tasks.peek().chargedBytes();
                batch.add(tasks.poll());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** Lets nothing in any more; what is in is still handed out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            notEmpty.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Everything at once, for giving up. */
    List<Task<?>> takeAll() {
        lock.lock();
        try {
            var all = List.copyOf(tasks);
            tasks.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }

    long queuedBytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }
}
