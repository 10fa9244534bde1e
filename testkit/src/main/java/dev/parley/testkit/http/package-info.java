/// A provider of models for tests, on a real socket.
@NullMarked
package dev.parley.testkit.http;

import org.jspecify.annotations.NullMarked;
