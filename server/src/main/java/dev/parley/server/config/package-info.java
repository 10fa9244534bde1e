/// Configuration: typed, from file, environment and flags, each value knowing where it came from.
@NullMarked
package dev.parley.server.config;

import org.jspecify.annotations.NullMarked;
