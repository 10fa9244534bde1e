/// The built command as a process: started, talked to, killed, unplugged, filled up and attacked,
/// as it would be in the world.
///
/// Faults come from the world: a disk that is full ([Outage], `FullDiskIT`), read-only, damaged or
/// without power, a clock that jumps, peers that speak nonsense or stop reading, signals, providers
/// of models that break off ([Aimock]) or quote credentials ([LeakyProvider]).
///
/// Everything random comes from the seed that is printed (`-Dparley.seed=N` repeats it, as far as
/// processes can be repeated). What needs root, loop devices, `faketime` or Node.js is skipped with
/// the reason where there are none. Each test has a short form for every build;
/// `-Dparley.crash.rounds=50` and the like make it long.
///
/// Start reading at `CrashIT`. [ServerProcess] is the server, [Crowd] the load, [Ledger] what the
/// world was told and must never be taken back.
@NullMarked
package dev.parley.system;

import org.jspecify.annotations.NullMarked;
