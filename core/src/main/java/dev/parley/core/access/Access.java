package dev.parley.core.access;

import dev.parley.core.topic.Member;
import dev.parley.core.topic.Role;
import org.jspecify.annotations.Nullable;

/// Whether a caller may do something in a topic: one pure function, asked by all rules.
public final class Access {
  private Access() {}

  /// What can be done in a topic.
  public enum Action {
    /// Know of it, read what was said.
    SEE,
    /// Become a member, listen.
    ENTER,
    /// Say something, react, type, mark as read.
    SPEAK,
    /// Remove what others said.
    MODERATE,
    /// Change it and its members.
    MANAGE,
    /// End it.
    DELETE
  }

  /// Whether it may be done.
  ///
  /// @param open whether the topic is for everyone to find and enter
  /// @param member the caller's membership; null: none
  /// @param present whether the caller listens to the topic now, as a member or as a guest
  public static boolean permits(
      Caller caller, Action action, boolean open, @Nullable Member member, boolean present) {
    if (caller.may(Caller.Right.ADMINISTER)) {
      return true;
    }
    return switch (action) {
      case SEE, ENTER -> open || member != null;
      case SPEAK -> member != null || (open && present);
      case MODERATE, MANAGE -> member != null && member.role().includes(Role.MODERATOR);
      case DELETE -> member != null && member.role().includes(Role.OWNER);
    };
  }
}
