/// Models of providers on the wire.
@NullMarked
package dev.parley.server.model;

import org.jspecify.annotations.NullMarked;
