package dev.parley.cli.source;

import java.time.LocalDate;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// How to read IRC logs.
///
/// @param room the room of everything; null: what lines or file names tell
/// @param date the day of the first line of logs that do not tell it
/// @param zone the zone of the logs' clocks
/// @param actions whether `* nick does something` is a message
public record IrcOptions(
    @Nullable String room, @Nullable LocalDate date, ZoneId zone, boolean actions) {}
