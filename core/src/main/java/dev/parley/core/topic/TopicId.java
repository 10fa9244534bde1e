package dev.parley.core.topic;

/// Identity of a topic: what kind of conversation it is, and its name among those.
///
/// @param kind short lower-case word, such as `room`; chosen by the rules
/// @param name 1 to 128 bytes of UTF-8; chosen by users, so never trusted as a path or a query
public record TopicId(String kind, String name) implements Comparable<TopicId> {
  @Override
  public int compareTo(TopicId other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return kind + ":" + name;
  }
}
