/**
 * Applications with Weft inside. {@link dev.weft.examples.NoteApplication} is one Vert.x with a web server, a route for
 * clients and code that edits documents itself; {@link dev.weft.examples.ClusteredApplication} brings its own cluster.
 */
package dev.weft.examples;
