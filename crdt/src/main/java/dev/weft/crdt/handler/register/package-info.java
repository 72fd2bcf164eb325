/** One value, the last write wins. Read {@link dev.weft.crdt.handler.register.RegisterHandler}. */
package dev.weft.crdt.handler.register;
