/**
 * The {@code weft} command: run a node or a local cluster, read, watch and type into documents. One class per
 * sub-command; read {@link dev.weft.cli.Weft} first. Results go to standard output, everything else to standard error.
 * Only what every user of the modules could do is done here; nothing imports this package.
 */
package dev.weft.cli;
