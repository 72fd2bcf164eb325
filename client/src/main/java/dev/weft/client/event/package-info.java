/**
 * What a client tells its application: status and events. Read {@link dev.weft.client.event.ClientEvent} first. Values
 * only.
 */
package dev.weft.client.event;
