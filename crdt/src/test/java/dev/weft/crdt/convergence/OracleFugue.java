package dev.weft.crdt.convergence;

import dev.weft.crdt.convergence.OracleBytes.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The Fugue tree written down as the specification states it (spec crdt 16): nodes, sides, a recursive walk. */
final class OracleFugue<V> {
    private final Map<Element, Node<V>> nodes = new HashMap<>();
    private final Node<V> root = new Node<>(Element.NULL, null, null);

    OracleFugue() {
        nodes.put(Element.NULL, root);
    }

    private static final class Node<V> {
        final Element id;
        final Node<V> parent;
        final TreeMap<Element, Node<V>> left = new TreeMap<>();
        final TreeMap<Element, Node<V>> right = new TreeMap<>();
        V value;

        Node(Element id, Node<V> parent, V value) {
            this.id = id;
            this.parent = parent;
            this.value = value;
        }
    }

    record Live<V>(Element id, V value) {}

    private boolean known(Element id) {
        return !id.equals(Element.NULL) && nodes.containsKey(id);
    }

    void insert(Element id, V value, Element left, Element right) {
        if (nodes.containsKey(id)) {
            return;
        }
        if (known(left)) {
            boolean below = known(right) && isProperAncestor(nodes.get(left), nodes.get(right));
            attach(id, value, nodes.get(below ? right : left), !below);
        } else if (known(right)) {
            attach(id, value, nodes.get(right), false);
        } else {
            attach(id, value, root, left.equals(Element.NULL));
        }
    }

    private boolean isProperAncestor(Node<V> above, Node<V> below) {
        if (above.right.isEmpty()) {
            return false;
        }
        for (Node<V> node = below.parent; node != null; node = node.parent) {
            if (node == above) {
                return true;
            }
        }
        return false;
    }

    private void attach(Element id, V value, Node<V> parent, boolean toTheRight) {
        Node<V> node = new Node<>(id, parent, value);
        nodes.put(id, node);
        (toTheRight ? parent.right : parent.left).put(id, node);
    }

    void chain(List<Live<V>> items, Element left, Element right) {
        Element before = left;
        for (Live<V> item : items) {
            insert(item.id, item.value, before, right);
            before = item.id;
        }
    }

    void delete(Element id) {
        if (known(id)) {
            nodes.get(id).value = null;
        }
    }

    void update(Element target, Element id, V value) {
        if (!nodes.containsKey(target) || nodes.containsKey(id)) {
            return;
        }
        Node<V> old = nodes.get(target);
        old.value = null;
        attach(id, value, old, false);
    }

    List<Live<V>> live() {
        List<Live<V>> list = new ArrayList<>();
        walk(root, list);
        return list;
    }

    private void walk(Node<V> node, List<Live<V>> list) {
        node.left.values().forEach(child -> walk(child, list));
        if (node.value != null) {
            list.add(new Live<>(node.id, node.value));
        }
        node.right.values().forEach(child -> walk(child, list));
    }
}
