package dev.parley.bench.load;

import dev.parley.bench.check.Faults;

/// What goes wrong in a run. Thread-safe.
///
/// @param violations promises that were broken, streams that ended by themselves: the run fails
/// @param refusals requests that the server refused, as it may when it has too much to do
record Verdict(Faults violations, Faults refusals) {
  Verdict() {
    this(new Faults(), new Faults());
  }
}
