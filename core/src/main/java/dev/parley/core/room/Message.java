package dev.parley.core.room;

import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A message as it stands.
///
/// @param id the author's own id of it
/// @param sequence its place in the room's journal; 0: not known yet
/// @param author who said it
/// @param content what; null: it was deleted, or superseded where it stands
/// @param at when, by the author's clock if it told
/// @param replyTo id of the message that it answers; empty: none
/// @param mentions ids of users
/// @param editedAt when its content was last changed; null: never
/// @param editSequence place of the newest entry that holds this content, beside the message's own;
///     0: it was never edited
/// @param deletedAt when it was deleted; null: it was not
/// @param reactions in the order of the first use of each emoji
public record Message(
    String id,
    long sequence,
    Profile author,
    @Nullable Content content,
    Instant at,
    String replyTo,
    List<String> mentions,
    @Nullable Instant editedAt,
    long editSequence,
    @Nullable Instant deletedAt,
    List<Reaction> reactions) {

  /// One emoji and who put it there, in that order.
  public record Reaction(String emoji, List<String> users) {
    public Reaction {
      users = List.copyOf(users);
    }
  }

  public Message {
    mentions = List.copyOf(mentions);
    reactions = List.copyOf(reactions);
  }

  /// The same message at its place in the journal.
  public Message at(long place) {
    return new Message(
        id,
        place,
        author,
        content,
        at,
        replyTo,
        mentions,
        editedAt,
        editSequence,
        deletedAt,
        reactions);
  }

  /// The same message, when the entry that holds its new content has got its place.
  public Message editedBy(long editPlace) {
    return new Message(
        id, sequence, author, content, at, replyTo, mentions, editedAt, editPlace, deletedAt,
        reactions);
  }

  /// What an entry that held the content is to hold when a later one says otherwise.
  public Message superseded() {
    return new Message(
        id, sequence, author, null, at, replyTo, List.of(), null, 0, null, List.of());
  }

  Message edited(Content newContent, List<String> newMentions, Instant when) {
    return new Message(
        id,
        sequence,
        author,
        newContent,
        at,
        replyTo,
        newMentions,
        when,
        editSequence,
        null,
        reactions);
  }

  Message deleted(Instant when) {
    return new Message(
        id,
        sequence,
        author,
        null,
        at,
        replyTo,
        List.of(),
        editedAt,
        editSequence,
        when,
        List.of());
  }

  Message with(List<Reaction> newReactions) {
    return new Message(
        id,
        sequence,
        author,
        content,
        at,
        replyTo,
        mentions,
        editedAt,
        editSequence,
        deletedAt,
        newReactions);
  }
}
