/**
 * What happens on a node, as a stream of typed events for applications, metrics and logs. Read {@link
 * dev.weft.server.event.ServerEvent} first. Gateways and owners tell, {@link dev.weft.server.event.EventStream} passes on.
 * Nothing in the server depends on who listens. No Vert.x here.
 */
package dev.weft.server.event;
