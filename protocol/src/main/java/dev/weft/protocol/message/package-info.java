/**
 * Every message of the client wire as a record (spec protocol 2). Read {@link dev.weft.protocol.message.Message} first.
 * Values only; bytes are the codec's business.
 */
package dev.weft.protocol.message;
