package dev.weft.server.gateway;

/** One client that has a document open. @param subject who it proved to be */
public record SessionInfo(String sessionId, String subject, String remoteAddress, long connectedMillis) {}
