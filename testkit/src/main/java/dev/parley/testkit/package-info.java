/// What every test suite of Parley shares: a manual clock, contract suites that each implementation
/// of a port runs, scripted peers and seeded simulations.
///
/// Depends on `core` only, so that every other module can use it in its tests.
@NullMarked
package dev.parley.testkit;

import org.jspecify.annotations.NullMarked;
