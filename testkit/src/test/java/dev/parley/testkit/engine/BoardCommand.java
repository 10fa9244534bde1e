package dev.parley.testkit.engine;

/// What can be asked of a board.
sealed interface BoardCommand {
  /// Pins a text; members and those who are present may.
  record Pin(String author, String key, String text) implements BoardCommand {}

  /// Replaces a text.
  record Rewrite(String author, String key, long sequence, String text) implements BoardCommand {}

  /// Makes a member.
  record Enrol(String user) implements BoardCommand {}

  /// Looks at the board; always allowed while it is open.
  record Look(String user) implements BoardCommand {}

  /// Removes a user.
  record Expel(String user) implements BoardCommand {}

  /// Removes those who are no members.
  record ExpelGuests() implements BoardCommand {}

  /// Tells something that is not remembered.
  record Nudge(String text) implements BoardCommand {}

  /// Takes the board down, for good.
  record TakeDown() implements BoardCommand {}

  /// Breaks the rules or the codec.
  record Break(Where where) implements BoardCommand {}

  /// Brings everything down: the rules throw an error.
  record Collapse() implements BoardCommand {}

  enum Where {
    NEEDS,
    DECIDE,
    APPLY,
    ENCODE,
    ENCODE_STATE
  }
}
