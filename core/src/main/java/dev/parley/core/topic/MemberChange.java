package dev.parley.core.topic;

import org.jspecify.annotations.Nullable;

/// A change to a topic's members, committed with the append that carries it.
public sealed interface MemberChange {
  /// The member concerned.
  String user();

  /// The membership after it.
  ///
  /// @param before the membership before it; null: none
  @Nullable Member appliedTo(@Nullable Member before);

  /// Begins a membership, or changes its role: an existing member keeps joining time and read
  /// position.
  record Put(String user, Role role, long atMicros) implements MemberChange {
    @Override
    public Member appliedTo(@Nullable Member before) {
      return before == null
          ? new Member(user, role, atMicros, 0)
          : new Member(user, role, before.joinedAtMicros(), before.readSequence());
    }
  }

  /// Ends a membership; nothing happens if there is none.
  record Remove(String user) implements MemberChange {
    @Override
    public @Nullable Member appliedTo(@Nullable Member before) {
      return null;
    }
  }

  /// Moves a member's read position forward; never back; nothing happens for those who are no
  /// members.
  record Read(String user, long sequence) implements MemberChange {
    @Override
    public @Nullable Member appliedTo(@Nullable Member before) {
      return before == null || before.readSequence() >= sequence
          ? before
          : new Member(user, before.role(), before.joinedAtMicros(), sequence);
    }
  }
}
