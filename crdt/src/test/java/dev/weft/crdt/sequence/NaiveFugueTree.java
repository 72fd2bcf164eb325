package dev.weft.crdt.sequence;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tree as spec crdt 16 words it: a node for each element, every question answered by walking. The oracle. */
final class NaiveFugueTree {
    private static final class Node {
        final ElementId id;
        final Node parent;
        String value;
        final List<Node> left = new ArrayList<>();
        final List<Node> right = new ArrayList<>();

        Node(ElementId id, Node parent, String value) {
            this.id = id;
            this.parent = parent;
            this.value = value;
        }
    }

    private final Map<ElementId, Node> nodes = new HashMap<>();
    private final Node root = new Node(ElementId.NULL, null, null);

    NaiveFugueTree() {
        nodes.put(ElementId.NULL, root);
    }

    void insert(ElementId newId, String value, ElementId left, ElementId right) {
        boolean leftKnown = !left.isNull() && nodes.containsKey(left);
        boolean rightKnown = !right.isNull() && nodes.containsKey(right);
        if (leftKnown && rightKnown) {
            if (isProperAncestor(nodes.get(left), nodes.get(right))) {
                add(newId, value, nodes.get(right), true);
            } else {
                add(newId, value, nodes.get(left), false);
            }
        } else if (leftKnown) {
            add(newId, value, nodes.get(left), false);
        } else if (rightKnown) {
            add(newId, value, nodes.get(right), true);
        } else {
            add(newId, value, root, !left.isNull());
        }
    }

    void delete(ElementId id) {
        if (nodes.containsKey(id)) {
            nodes.get(id).value = null;
        }
    }

    void update(ElementId target, ElementId newId, String value) {
        if (!nodes.containsKey(target)) {
            return;
        }
        nodes.get(target).value = null;
        add(newId, value, nodes.get(target), true);
    }

    private void add(ElementId id, String value, Node parent, boolean onTheLeft) {
        if (nodes.containsKey(id)) {
            return;
        }
        Node node = new Node(id, parent, value);
        nodes.put(id, node);
        List<Node> side = onTheLeft ? parent.left : parent.right;
        side.add(node);
        side.sort(Comparator.comparing(child -> child.id));
    }

    private static boolean isProperAncestor(Node above, Node below) {
        if (above.right.isEmpty()) {
            return false;
        }
        for (Node node = below.parent; node != null; node = node.parent) {
            if (node == above) {
                return true;
            }
        }
        return false;
    }

    /** All elements in order, tombstones included, without the root. */
    List<ElementId> structure() {
        List<ElementId> ids = new ArrayList<>();
        Deque<Object> stack = new ArrayDeque<>();
        stack.push(root);
        while (!stack.isEmpty()) {
            Object top = stack.pop();
            if (top instanceof ElementId id) {
                ids.add(id);
                continue;
            }
            Node node = (Node) top;
            for (int i = node.right.size() - 1; i >= 0; i--) {
                stack.push(node.right.get(i));
            }
            stack.push(node.id);
            for (int i = node.left.size() - 1; i >= 0; i--) {
                stack.push(node.left.get(i));
            }
        }
        ids.remove(ElementId.NULL);
        return ids;
    }

    List<ElementId> live() {
        return structure().stream().filter(id -> nodes.get(id).value != null).toList();
    }

    boolean isLive(ElementId id) {
        return nodes.containsKey(id) && nodes.get(id).value != null;
    }

    String text() {
        StringBuilder text = new StringBuilder();
        live().forEach(id -> text.append(nodes.get(id).value));
        return text.toString();
    }
}
