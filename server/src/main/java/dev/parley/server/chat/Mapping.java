package dev.parley.server.chat;

import com.google.protobuf.Timestamp;
import dev.parley.chat.v1.ChatMessage;
import dev.parley.chat.v1.FileContent;
import dev.parley.chat.v1.ImageContent;
import dev.parley.chat.v1.MemberRole;
import dev.parley.chat.v1.MessageContent;
import dev.parley.chat.v1.Reaction;
import dev.parley.chat.v1.Room;
import dev.parley.chat.v1.RoomVisibility;
import dev.parley.chat.v1.User;
import dev.parley.chat.v1.UserStatus;
import dev.parley.core.error.Reason;
import dev.parley.core.error.RefusedException;
import dev.parley.core.limit.Checks;
import dev.parley.core.limit.Limits;
import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Role;
import dev.parley.core.user.Present;
import dev.parley.core.user.Profile;
import dev.parley.core.user.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Values of the protocol and values of `core`, one into the other. Pure.
final class Mapping {
  private static final long MIN_SECONDS = -62_135_596_800L;
  private static final long MAX_SECONDS = 253_402_300_799L;

  private Mapping() {}

  static User user(Profile profile) {
    return User.newBuilder()
        .setId(profile.id())
        .setUsername(profile.username())
        .setDisplayName(profile.displayName())
        .setAvatarUrl(profile.avatarUrl())
        .build();
  }

  static User user(Present present) {
    return user(present.user()).toBuilder().setStatus(status(present.status())).build();
  }

  /// A user among many: without the picture.
  static User named(Present present) {
    return user(present).toBuilder().clearAvatarUrl().build();
  }

  /// A user as a client names him; names that are missing are those that are there.
  static Profile profile(String field, User user) throws RefusedException {
    String id = Checks.id(field + ".id", user.getId());
    String username = Checks.line(field + ".username", user.getUsername(), Limits.MAX_NAME_BYTES);
    String displayName =
        Checks.line(field + ".display_name", user.getDisplayName(), Limits.MAX_NAME_BYTES);
    Checks.line(field + ".avatar_url", user.getAvatarUrl(), Limits.MAX_URL_BYTES);
    String name = username.isEmpty() ? id : username;
    return new Profile(id, name, displayName.isEmpty() ? name : displayName, user.getAvatarUrl());
  }

  static Profile stored(User user) {
    return new Profile(
        user.getId(), user.getUsername(), user.getDisplayName(), user.getAvatarUrl());
  }

  static UserStatus status(Status status) {
    return switch (status) {
      case ONLINE -> UserStatus.USER_STATUS_ONLINE;
      case AWAY -> UserStatus.USER_STATUS_AWAY;
      case BUSY -> UserStatus.USER_STATUS_BUSY;
    };
  }

  static Status status(UserStatus status) {
    return switch (status) {
      case USER_STATUS_AWAY, USER_STATUS_OFFLINE -> Status.AWAY;
      case USER_STATUS_BUSY -> Status.BUSY;
      case USER_STATUS_ONLINE, USER_STATUS_UNKNOWN, UNRECOGNIZED -> Status.ONLINE;
    };
  }

  static MemberRole role(@Nullable Role role) {
    return switch (role) {
      case null -> MemberRole.MEMBER_ROLE_UNKNOWN;
      case MEMBER -> MemberRole.MEMBER_ROLE_MEMBER;
      case MODERATOR -> MemberRole.MEMBER_ROLE_MODERATOR;
      case OWNER -> MemberRole.MEMBER_ROLE_OWNER;
    };
  }

  static @Nullable Role role(MemberRole role) {
    return switch (role) {
      case MEMBER_ROLE_MEMBER -> Role.MEMBER;
      case MEMBER_ROLE_MODERATOR -> Role.MODERATOR;
      case MEMBER_ROLE_OWNER -> Role.OWNER;
      case MEMBER_ROLE_UNKNOWN, UNRECOGNIZED -> null;
    };
  }

  static RoomVisibility visibility(RoomState room) {
    if (room.status() == RoomState.Existence.DELETED) {
      return RoomVisibility.ROOM_VISIBILITY_UNKNOWN;
    }
    return switch (room.visibility()) {
      case PUBLIC -> RoomVisibility.ROOM_VISIBILITY_PUBLIC;
      case PRIVATE -> RoomVisibility.ROOM_VISIBILITY_PRIVATE;
      case DIRECT -> RoomVisibility.ROOM_VISIBILITY_DIRECT;
    };
  }

  /// A visibility that a client may choose.
  static RoomState.Visibility visibility(RoomVisibility wanted) throws RefusedException {
    return switch (wanted) {
      case ROOM_VISIBILITY_UNKNOWN, ROOM_VISIBILITY_PUBLIC -> RoomState.Visibility.PUBLIC;
      case ROOM_VISIBILITY_PRIVATE -> RoomState.Visibility.PRIVATE;
      case ROOM_VISIBILITY_DIRECT, UNRECOGNIZED ->
          throw new RefusedException(
              Reason.INVALID_REQUEST.because(
                  "visibility: " + wanted + " (expected: PUBLIC or PRIVATE)"));
    };
  }

  static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  static Timestamp timestamp(long micros) {
    return Timestamp.newBuilder()
        .setSeconds(Math.floorDiv(micros, 1_000_000L))
        .setNanos((int) Math.floorMod(micros, 1_000_000L) * 1_000)
        .build();
  }

  static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  /// A time that a client gave.
  static Instant checked(Timestamp timestamp) throws RefusedException {
    if (timestamp.getSeconds() < MIN_SECONDS
        || timestamp.getSeconds() > MAX_SECONDS
        || timestamp.getNanos() < 0
        || timestamp.getNanos() > 999_999_999) {
      throw new RefusedException(
          Reason.INVALID_REQUEST.because(
              "timestamp: %d s, %d ns (expected: year 1 to 9999, nanos 0 to 999999999)"
                  .formatted(timestamp.getSeconds(), timestamp.getNanos())));
    }
    return instant(timestamp);
  }

  /// What a client wants to say; null if it says nothing.
  static @Nullable Content content(MessageContent content) throws RefusedException {
    return switch (content.getContentCase()) {
      case SYSTEM ->
          throw new RefusedException(
              Reason.INVALID_REQUEST.because(
                  "content.system: only the server says this (expected: text, image or file)"));
      case TEXT, IMAGE, FILE, CONTENT_NOT_SET -> stored(content);
    };
  }

  private static @Nullable Content stored(MessageContent content) {
    return switch (content.getContentCase()) {
      case TEXT -> new Content.Text(content.getText());
      case IMAGE -> {
        ImageContent image = content.getImage();
        yield new Content.Image(
            image.getUrl(), image.getAltText(), image.getWidth(), image.getHeight());
      }
      case FILE -> {
        FileContent file = content.getFile();
        yield new Content.File(
            file.getUrl(), file.getFilename(), file.getSizeBytes(), file.getMimeType());
      }
      case SYSTEM, CONTENT_NOT_SET -> null;
    };
  }

  static MessageContent content(Content content) {
    MessageContent.Builder built = MessageContent.newBuilder();
    switch (content) {
      case Content.Text text -> built.setText(text.text());
      case Content.Image image ->
          built.setImage(
              ImageContent.newBuilder()
                  .setUrl(image.url())
                  .setAltText(image.altText())
                  .setWidth(image.width())
                  .setHeight(image.height()));
      case Content.File file ->
          built.setFile(
              FileContent.newBuilder()
                  .setUrl(file.url())
                  .setFilename(file.name())
                  .setSizeBytes(file.sizeBytes())
                  .setMimeType(file.mediaType()));
    }
    return built.build();
  }

  /// A message as it is stored: without its sequence, which the journal knows.
  static ChatMessage message(String roomId, Message message) {
    ChatMessage.Builder built =
        ChatMessage.newBuilder()
            .setId(message.id())
            .setRoomId(roomId)
            .setSender(user(message.author()))
            .setTimestamp(timestamp(message.at()))
            .setReplyToId(message.replyTo())
            .addAllMentions(message.mentions());
    Content content = message.content();
    if (content != null) {
      built.setContent(content(content));
    }
    Instant editedAt = message.editedAt();
    if (editedAt != null) {
      built.setEditedAt(timestamp(editedAt)).setEditSequence(message.editSequence());
    }
    Instant deletedAt = message.deletedAt();
    if (deletedAt != null) {
      built.setDeletedAt(timestamp(deletedAt));
    }
    for (Message.Reaction reaction : message.reactions()) {
      built.addReactions(
          Reaction.newBuilder().setEmoji(reaction.emoji()).addAllUserIds(reaction.users()));
    }
    return built.build();
  }

  static Message message(ChatMessage message, long sequence) {
    List<Message.Reaction> reactions =
        message.getReactionsList().stream()
            .map(r -> new Message.Reaction(r.getEmoji(), r.getUserIdsList()))
            .toList();
    return new Message(
        message.getId(),
        sequence,
        stored(message.getSender()),
        message.hasContent() ? stored(message.getContent()) : null,
        instant(message.getTimestamp()),
        message.getReplyToId(),
        message.getMentionsList(),
        message.hasEditedAt() ? instant(message.getEditedAt()) : null,
        message.getEditSequence(),
        message.hasDeletedAt() ? instant(message.getDeletedAt()) : null,
        reactions);
  }

  /// A room as everyone may know it.
  static Room room(RoomState room) {
    Room.Builder built =
        Room.newBuilder()
            .setId(room.id())
            .setName(room.name())
            .setDescription(room.description())
            .setCreatedAt(timestamp(room.createdAt()))
            .setVisibility(visibility(room));
    room.directUsers().forEach(user -> built.addDirectUsers(user(user)));
    return built.build();
  }

  static RoomState room(Room room) {
    RoomState.Visibility visibility =
        switch (room.getVisibility()) {
          case ROOM_VISIBILITY_PUBLIC -> RoomState.Visibility.PUBLIC;
          case ROOM_VISIBILITY_DIRECT -> RoomState.Visibility.DIRECT;
          case ROOM_VISIBILITY_PRIVATE, ROOM_VISIBILITY_UNKNOWN, UNRECOGNIZED ->
              RoomState.Visibility.PRIVATE;
        };
    boolean deleted = room.getVisibility() == RoomVisibility.ROOM_VISIBILITY_UNKNOWN;
    return new RoomState(
        room.getId(),
        deleted ? RoomState.Existence.DELETED : RoomState.Existence.NOW,
        room.getName(),
        room.getDescription(),
        visibility,
        instant(room.getCreatedAt()),
        room.getDirectUsersList().stream().map(Mapping::stored).toList());
  }
}
