package dev.parley.core.room;

import dev.parley.core.access.Caller;
import dev.parley.core.topic.Role;
import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What can be asked of a room. Values are checked for form before ([MessageChecks]), not for
/// sense.
public sealed interface RoomCommand {
  /// Who asks.
  Caller by();

  /// Makes the room.
  ///
  /// @param directUsers the people of a direct room, else empty
  /// @param ifMissing to be content with a room that exists, whatever it looks like
  record Create(
      Caller by,
      String name,
      String description,
      RoomState.Visibility visibility,
      List<Profile> directUsers,
      boolean ifMissing)
      implements RoomCommand {}

  /// Changes the room; null: unchanged.
  record Update(
      Caller by,
      @Nullable String name,
      @Nullable String description,
      RoomState.@Nullable Visibility visibility)
      implements RoomCommand {}

  /// Deletes the room.
  record DeleteRoom(Caller by) implements RoomCommand {}

  /// Enters the room.
  record Join(Caller by, As as) implements RoomCommand {
    /// As what.
    public enum As {
      /// Becomes a member, if he is none yet.
      MEMBER,
      /// Is a member already, or is refused.
      PRESENT_MEMBER,
      /// For as long as the stream lasts.
      GUEST
    }
  }

  /// Ends one's membership and presence.
  record Leave(Caller by) implements RoomCommand {}

  /// Makes someone a member, or gives a role.
  ///
  /// @param role null: the one that the user has, or else that of a plain member
  record AddMember(Caller by, Profile user, @Nullable Role role) implements RoomCommand {}

  /// Removes a member.
  record RemoveMember(Caller by, Profile user) implements RoomCommand {}

  /// Says something.
  ///
  /// @param author whose message it is: the caller's own, or, when bringing in, anyone's
  /// @param at when it was said; null: now
  /// @param imported whether it is brought in from elsewhere
  record Say(
      Caller by,
      Profile author,
      String id,
      Content content,
      @Nullable Instant at,
      String replyTo,
      List<String> mentions,
      boolean imported)
      implements RoomCommand {}

  /// Changes one's own message.
  record Edit(Caller by, String key, Target target, Content content, List<String> mentions)
      implements RoomCommand {}

  /// Deletes a message.
  record Delete(Caller by, String key, Target target) implements RoomCommand {}

  /// Puts an emoji on a message or takes it off.
  record React(Caller by, String key, Target target, String emoji, boolean remove)
      implements RoomCommand {}

  /// Marks everything up to a place as read.
  record Read(Caller by, Target upTo) implements RoomCommand {}

  /// Begins or ends typing.
  record Type(Caller by, boolean on) implements RoomCommand {}

  /// A place in the room: a message by its id, or an entry by its sequence.
  sealed interface Target {
    record ById(String id) implements Target {}

    record BySequence(long sequence) implements Target {}
  }
}
