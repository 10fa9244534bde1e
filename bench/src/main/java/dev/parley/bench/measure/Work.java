package dev.parley.bench.measure;

/// Delivering as such, for others to do too. Immutable.
///
/// @param connections sockets that are written to
/// @param streamsPerConnection streams on each of them
/// @param rooms rooms that they are in
/// @param eventBytes bytes of an event on the wire
/// @param textBytes bytes of the text in it
/// @param deliveriesPerSecond what is to be delivered each second; 0: as much as possible
/// @param inFlight messages under way in each room, where there is no such number
/// @param seconds how long
public record Work(
    int connections,
    int streamsPerConnection,
    int rooms,
    int eventBytes,
    int textBytes,
    double deliveriesPerSecond,
    int inFlight,
    double seconds) {}
