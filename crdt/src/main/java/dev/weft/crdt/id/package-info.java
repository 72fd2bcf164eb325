/** Who wrote it, and which write it was. Values only; must not know changes or documents. */
package dev.weft.crdt.id;
