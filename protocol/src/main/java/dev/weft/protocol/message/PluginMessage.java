package dev.weft.protocol.message;

/** A message of a plugin; its type code is 100 or above. Plugins bring their own codecs. */
public non-sealed interface PluginMessage extends Message {}
