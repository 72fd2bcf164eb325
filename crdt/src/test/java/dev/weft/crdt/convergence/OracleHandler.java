package dev.weft.crdt.convergence;

import dev.weft.crdt.convergence.OracleBytes.Element;
import dev.weft.crdt.convergence.OracleBytes.Id;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The oracle's reading of each data type: simple lists and maps, operations in replay order, nothing clever (spec crdt
 * 15, 16). Values are the JSON text in the operation, or for references {@code type:id}.
 */
abstract class OracleHandler {
    abstract void apply(OracleChange change);

    /** What the handler shows. */
    abstract Object value();

    /** The handler as a snapshot would bring it back: what snapshots forget is forgotten. */
    abstract OracleHandler reseeded();

    static OracleHandler of(String type) {
        int arguments = type.indexOf('<');
        switch (arguments < 0 ? type : type.substring(0, arguments)) {
            case "CRDTTextHandler":
                return new Text();
            case "CRDTListHandler":
                return new PlainList();
            case "CRDTMapHandler":
            case "CRDTMapRefHandler":
                return new PlainMap();
            case "CRDTRegisterHandler":
                return new Register();
            case "CRDTORSetHandler":
                return new OrSet();
            case "CRDTORMapHandler":
                return new OrMap();
            case "CRDTFugueTextHandler":
            case "CRDTFugueListHandler":
            case "CRDTListRefHandler":
                return new Fugue(type.equals("CRDTFugueTextHandler"));
            case "CRDTFugueMovableListHandler":
            case "CRDTMovableListRefHandler":
                return new Movable();
            default:
                throw new AssertionError("The oracle does not know " + type);
        }
    }

    private static int within(long index, int length) {
        return (int) Math.min(index, length);
    }

    private static final class Text extends OracleHandler {
        private final StringBuilder text = new StringBuilder();

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            int at = within(body.uv(), text.length());
            if (change.kind() == 0) {
                text.insert(at, body.text());
            } else if (change.kind() == 1) {
                text.delete(at, at + within(body.uv(), text.length() - at));
            } else {
                String over = body.text();
                int count = Math.min(over.length(), text.length() - at);
                text.replace(at, at + count, over.substring(0, count));
            }
        }

        @Override
        Object value() {
            return text.toString();
        }

        @Override
        OracleHandler reseeded() {
            return this;
        }
    }

    private static final class PlainList extends OracleHandler {
        private final List<Object> list = new ArrayList<>();

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            int at = within(body.uv(), list.size());
            if (change.kind() == 0) {
                list.add(at, body.text());
            } else if (change.kind() == 1) {
                list.subList(at, at + within(body.uv(), list.size() - at)).clear();
            } else if (at < list.size()) {
                list.set(at, body.text());
            }
        }

        @Override
        Object value() {
            return List.copyOf(list);
        }

        @Override
        OracleHandler reseeded() {
            return this;
        }
    }

    private static final class PlainMap extends OracleHandler {
        private final Map<String, Object> map = new LinkedHashMap<>();

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            String key = body.text();
            if (change.kind() == 1) {
                map.remove(key);
            } else if (change.kind() == 0 || map.containsKey(key)) {
                map.put(key, body.text());
            }
        }

        @Override
        Object value() {
            return List.copyOf(map.entrySet()).toString();
        }

        @Override
        OracleHandler reseeded() {
            return this;
        }
    }

    private static final class Register extends OracleHandler {
        private Object value;

        @Override
        void apply(OracleChange change) {
            value = change.read().text();
        }

        @Override
        Object value() {
            return value;
        }

        @Override
        OracleHandler reseeded() {
            return this;
        }
    }

    /** Not even a fold: all adds whose tag no removal names, and what the snapshot left unless removed or added since. */
    private static final class OrSet extends OracleHandler {
        private final Set<String> seeded = new TreeSet<>();
        private final Map<Id, String> adds = new TreeMap<>();
        private final Set<Id> removed = new HashSet<>();

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            String value = body.text();
            if (change.kind() == 0) {
                adds.put(body.id(), value);
                seeded.remove(value);
                return;
            }
            for (long tags = body.uv(); tags > 0; tags--) {
                removed.add(body.id());
            }
            if (body.u8() != 0) {
                seeded.remove(value);
            }
        }

        @Override
        Object value() {
            Set<String> present = new TreeSet<>(seeded);
            adds.forEach((tag, value) -> {
                if (!removed.contains(tag)) {
                    present.add(value);
                }
            });
            return present;
        }

        @Override
        OracleHandler reseeded() {
            OrSet next = new OrSet();
            ((Set<?>) value()).forEach(value -> next.seeded.add((String) value));
            return next;
        }
    }

    private static final class OrMap extends OracleHandler {
        private final Map<String, String> seeded = new TreeMap<>();
        private final Map<Id, String[]> puts = new TreeMap<>();
        private final Set<Id> removed = new HashSet<>();

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            String key = body.text();
            if (change.kind() == 0) {
                String value = body.text();
                puts.put(body.id(), new String[] {key, value});
                seeded.remove(key);
                return;
            }
            for (long tags = body.uv(); tags > 0; tags--) {
                removed.add(body.id());
            }
            if (body.u8() != 0) {
                seeded.remove(key);
            }
        }

        @Override
        Object value() {
            Map<String, String> present = new TreeMap<>(seeded);
            // Ascending by tag, so the greatest is the last to write.
            puts.forEach((tag, put) -> {
                if (!removed.contains(tag)) {
                    present.put(put[0], put[1]);
                }
            });
            return present;
        }

        @Override
        OracleHandler reseeded() {
            OrMap next = new OrMap();
            ((Map<?, ?>) value()).forEach((key, value) -> next.seeded.put((String) key, (String) value));
            return next;
        }
    }

    private static final class Fugue extends OracleHandler {
        private final boolean isText;
        private OracleFugue<String> tree = new OracleFugue<>();

        Fugue(boolean isText) {
            this.isText = isText;
        }

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            if (change.kind() == 0) {
                Element left = body.element();
                Element right = body.element();
                List<OracleFugue.Live<String>> items = new ArrayList<>();
                for (long n = body.uv(); n > 0; n--) {
                    items.add(new OracleFugue.Live<>(body.element(), body.text()));
                }
                tree.chain(items, left, right);
                return;
            }
            for (long n = body.uv(); n > 0; n--) {
                Element target = body.element();
                if (change.kind() == 1) {
                    tree.delete(target);
                } else {
                    tree.update(target, body.element(), body.text());
                }
            }
        }

        @Override
        Object value() {
            List<String> values =
                    tree.live().stream().map(OracleFugue.Live::value).toList();
            return isText ? String.join("", values) : values;
        }

        @Override
        OracleHandler reseeded() {
            Fugue next = new Fugue(isText);
            next.tree.chain(tree.live(), Element.NULL, Element.NULL);
            return next;
        }
    }

    private static final class Movable extends OracleHandler {
        private final OracleFugue<Element> positions = new OracleFugue<>();
        private final Map<Element, Item> items = new LinkedHashMap<>();

        private static final class Item {
            String value;
            Element position;
            long valueClock;
            long positionClock;
            boolean deleted;
        }

        @Override
        void apply(OracleChange change) {
            OracleBytes body = change.read();
            switch (change.kind()) {
                case 0 -> insert(body);
                case 1 -> {
                    for (long n = body.uv(); n > 0; n--) {
                        Item item = items.get(body.element());
                        if (item != null) {
                            item.deleted = true;
                        }
                    }
                }
                case 2 -> update(body);
                default -> move(body);
            }
        }

        private void insert(OracleBytes body) {
            Element left = body.element();
            Element right = body.element();
            List<OracleFugue.Live<Element>> chain = new ArrayList<>();
            for (long n = body.uv(); n > 0; n--) {
                Element identity = body.element();
                Element position = body.element();
                String value = body.text();
                chain.add(new OracleFugue.Live<>(position, identity));
                Item item = new Item();
                item.value = value;
                item.position = position;
                items.putIfAbsent(identity, item);
            }
            positions.chain(chain, left, right);
        }

        private void update(OracleBytes body) {
            long clock = body.clock();
            for (long n = body.uv(); n > 0; n--) {
                Item item = items.get(body.element());
                String value = body.text();
                if (item != null && Long.compareUnsigned(clock, item.valueClock) > 0) {
                    item.value = value;
                    item.valueClock = clock;
                }
            }
        }

        private void move(OracleBytes body) {
            Element identity = body.element();
            Element position = body.element();
            Element left = body.element();
            Element right = body.element();
            long clock = body.clock();
            positions.insert(position, identity, left, right);
            Item item = items.get(identity);
            if (item != null && Long.compareUnsigned(clock, item.positionClock) > 0) {
                item.position = position;
                item.positionClock = clock;
            }
        }

        private List<Element> visible() {
            return positions.live().stream()
                    .filter(slot -> {
                        Item item = items.get(slot.value());
                        return item != null && !item.deleted && item.position.equals(slot.id());
                    })
                    .map(OracleFugue.Live::value)
                    .toList();
        }

        @Override
        Object value() {
            return visible().stream().map(identity -> items.get(identity).value).toList();
        }

        @Override
        OracleHandler reseeded() {
            Movable next = new Movable();
            List<OracleFugue.Live<Element>> chain = new ArrayList<>();
            visible().forEach(identity -> {
                chain.add(new OracleFugue.Live<>(items.get(identity).position, identity));
                next.items.put(identity, items.get(identity));
            });
            next.positions.chain(chain, Element.NULL, Element.NULL);
            return next;
        }
    }

    /** Replays in order of stamp, then author. */
    static final Comparator<OracleChange> ORDER = Comparator.comparing(OracleChange::id);

    static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
