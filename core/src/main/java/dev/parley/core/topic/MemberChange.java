package dev.parley.core.topic;

/// A change to a topic's members, committed with the append that carries it.
public sealed interface MemberChange {
  /// The member concerned.
  String user();

  /// Begins a membership, or changes its role: an existing member keeps joining time and read
  /// position.
  record Put(String user, Role role, long atMicros) implements MemberChange {}

  /// Ends a membership; nothing happens if there is none.
  record Remove(String user) implements MemberChange {}

  /// Moves a member's read position forward; never back; nothing happens for those who are no
  /// members.
  record Read(String user, long sequence) implements MemberChange {}
}
