package dev.weft.crdt.history;

import dev.weft.crdt.codec.ByteReader;
import dev.weft.crdt.codec.CrdtFormatException;
import dev.weft.crdt.history.HistoryBlock.Head;
import dev.weft.crdt.id.OperationId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The stamps of the changes of a block, and the dependencies that are not simply the change before. */
final class BlockIndex {
    /** Packed stamps by place; 0 for blobs that are no changes. */
    final long[] clocks;

    private final byte[] dependencies;
    /* Where the list of a change begins in them; -1 if it has none. */
    private final int[] listAt;

    private BlockIndex(long[] clocks, byte[] dependencies, int[] listAt) {
        this.clocks = clocks;
        this.dependencies = dependencies;
        this.listAt = listAt;
    }

    static BlockIndex read(ByteReader section, HistoryBlock block) {
        ByteReader millis = section.readBlobView("milliseconds");
        ByteReader counters = section.readBlobView("counters");
        byte[] dependencies = section.readBlob("dependencies");
        long[] clocks = readClocks(millis, counters, block);
        return new BlockIndex(clocks, dependencies, findLists(new ByteReader(dependencies), block));
    }

    private static long[] readClocks(ByteReader millis, ByteReader counters, HistoryBlock block) {
        long[] clocks = new long[block.size()];
        long lastMillis = 0;
        long lastCounter = 0;
        for (int place = 0; place < clocks.length; place++) {
            if (block.head(place).form() == Head.RAW) {
                continue;
            }
            long step = Column.unzigzag(millis.readUvarint("milliseconds"));
            lastMillis += step;
            long counter = Column.unzigzag(counters.readUvarint("counter"));
            lastCounter = step == 0 ? lastCounter + counter : counter;
            if (lastCounter < 0 || lastCounter > 0xffff || lastMillis << 16 >> 16 != lastMillis) {
                throw new CrdtFormatException("A stamp out of range");
            }
            clocks[place] = lastMillis << 16 | lastCounter;
        }
        millis.expectEnd("milliseconds");
        counters.expectEnd("counters");
        return clocks;
    }

    private static int[] findLists(ByteReader reader, HistoryBlock block) {
        int[] listAt = null;
        // Every dependency is written out in its change, and all changes together are no longer than the block says.
        int room = block.blobBytes() / OperationId.BYTES;
        for (int place = 0; place < block.size(); place++) {
            int form = block.head(place).form();
            if (form == Head.PREVIOUS && (place == 0 || block.head(place - 1).form() == Head.RAW)) {
                throw new CrdtFormatException("Nothing before the first change");
            }
            if (form == Head.LIST) {
                if (listAt == null) {
                    listAt = new int[block.size()];
                    Arrays.fill(listAt, -1);
                }
                listAt[place] = reader.position();
                room -= skipList(reader, place, room, block);
            }
        }
        reader.expectEnd("dependencies");
        return listAt;
    }

    /** @return how many dependencies the list has */
    private static int skipList(ByteReader reader, int place, int countMax, HistoryBlock block) {
        int count = reader.readCount(1, "dependencies");
        if (count > countMax) {
            throw new CrdtFormatException("More dependencies than the block has room for");
        }
        for (int i = 0; i < count; i++) {
            long reference = reader.readUvarint("dependency");
            long number = reference >>> 1;
            if ((reference & 1) != 0) {
                reader.readLong("dependency");
                if (number >= block.peers().size()) {
                    throw new CrdtFormatException("No peer " + number);
                }
            } else if (number == 0
                    || number > place
                    || block.head(place - (int) number).form() == Head.RAW) {
                throw new CrdtFormatException("No change " + number + " before");
            }
        }
        return count;
    }

    long dependencyBytes() {
        return dependencies.length + (listAt == null ? 0 : 4L * listAt.length);
    }

    List<OperationId> dependencies(int place, HistoryBlock block) {
        ByteReader reader = new ByteReader(dependencies, listAt[place], dependencies.length - listAt[place]);
        int count = reader.readCount(1, "dependencies");
        List<OperationId> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long reference = reader.readUvarint("dependency");
            int number = (int) (reference >>> 1);
            ids.add(
                    (reference & 1) != 0
                            ? new OperationId(block.peers().get(number), reader.readLong("dependency"))
                            : block.idAt(place - number));
        }
        return ids;
    }
}
