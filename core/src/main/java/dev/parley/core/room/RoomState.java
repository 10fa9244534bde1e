package dev.parley.core.room;

import dev.parley.core.user.Profile;
import java.time.Instant;
import java.util.List;

/// What a room is, apart from what was said in it and who is in it.
///
/// @param id the room's id
/// @param status whether it exists
/// @param name name to show
/// @param description what it is for
/// @param visibility who finds it and may enter
/// @param createdAt when it was made; the epoch if it never was
/// @param directUsers in a direct room its two people (one, if it is for notes), else empty
public record RoomState(
    String id,
    Existence status,
    String name,
    String description,
    Visibility visibility,
    Instant createdAt,
    List<Profile> directUsers) {

  /// Whether a room exists.
  public enum Existence {
    NEVER,
    NOW,
    DELETED
  }

  /// Who finds a room and may enter.
  public enum Visibility {
    /// Everyone.
    PUBLIC,
    /// Members only.
    PRIVATE,
    /// Two people, for ever the same.
    DIRECT
  }

  public RoomState {
    directUsers = List.copyOf(directUsers);
  }

  static RoomState none(String id) {
    return new RoomState(id, Existence.NEVER, "", "", Visibility.PRIVATE, Instant.EPOCH, List.of());
  }

  RoomState deleted() {
    return new RoomState(id, Existence.DELETED, "", "", Visibility.PRIVATE, createdAt, List.of());
  }

  public boolean open() {
    return visibility == Visibility.PUBLIC;
  }
}
