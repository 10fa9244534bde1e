package dev.parley.core.topic;

/// What a member may do in a topic; each role includes those before it.
public enum Role {
  MEMBER,
  MODERATOR,
  OWNER;

  /// Whether this role includes another.
  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }
}
