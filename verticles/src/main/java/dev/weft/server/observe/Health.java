package dev.weft.server.observe;

import java.util.List;

/** What a node says of itself. @param checks every part, with the reason where it is not well */
public record Health(boolean isUp, List<Part> checks) {
    /** @param reason for an operator; empty if there is nothing to say */
    public record Part(String name, boolean isUp, String reason) {
        public static Part up(String name) {
            return new Part(name, true, "");
        }

        public static Part down(String name, String reason) {
            return new Part(name, false, reason);
        }
    }

    public Health {
        checks = List.copyOf(checks);
    }

    static Health of(List<Part> parts) {
        return new Health(parts.stream().allMatch(Part::isUp), parts);
    }
}
