/**
 * The fault suite: breaks real nodes while people write, and checks what they were promised. Read
 * {@link dev.weft.chaos.Round} first; {@link dev.weft.chaos.Chaos} is the command.
 */
package dev.weft.chaos;
