/**
 * The client wire: every message as a type ({@code message}) and as bytes ({@code codec}). Knows crdt and Jackson.
 */
package dev.weft.protocol;
