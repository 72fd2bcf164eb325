/**
 * Tells other systems over HTTP what happens to documents. Read {@link dev.weft.server.webhook.WebhookVerticle} first. It
 * hears of events like any listener, so nothing here is in the way of an edit: what cannot be delivered waits, within
 * bounds, and is dropped and counted beyond them.
 */
package dev.weft.server.webhook;
