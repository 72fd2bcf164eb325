/**
 * The configuration of a node: {@link dev.weft.cli.config.Settings} names every option once, and the file, environment,
 * command line and reference page follow from it. {@link dev.weft.cli.config.Configuration} reads and checks them all,
 * {@link dev.weft.cli.config.NodeSettings} turns the result into what a server is started with.
 */
package dev.weft.cli.config;
