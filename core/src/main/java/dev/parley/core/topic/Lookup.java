package dev.parley.core.topic;

/// A question to the journal that a decision depends on.
public sealed interface Lookup {
  TopicId topic();

  /// Asks for an entry.
  sealed interface OfEntry extends Lookup {}

  /// The entry that an author sent under a key: how a repeated send is recognised.
  record ByKey(TopicId topic, String author, String key) implements OfEntry {}

  /// The oldest content entry ([Draft#content]) of any author with a key: how clients name a
  /// message. Keys are their authors' own; whoever takes one that is another's already does not
  /// take its meaning over.
  record ByAnyKey(TopicId topic, String key) implements OfEntry {}

  /// The entry at a sequence.
  record At(TopicId topic, long sequence) implements OfEntry {}

  /// A user's membership.
  record OfMember(TopicId topic, String user) implements Lookup {}
}
