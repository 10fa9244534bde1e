package dev.parley.testkit.engine;

import dev.parley.core.room.Content;
import dev.parley.core.room.Message;
import dev.parley.core.room.RoomEntry;
import dev.parley.core.room.RoomState;
import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Codec;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.Entry;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A room's journal, field by field; texts only.
final class PlainRoomCodec implements Codec<RoomState, RoomEntry> {
  static final int SAID = 1;
  private static final int EDITED = 2;
  private static final int DELETED = 3;
  private static final int REACTED = 4;
  private static final int ROOM = 5;
  private static final int MEMBER = 6;

  @FunctionalInterface
  private interface Write {
    void to(DataOutputStream out) throws IOException;
  }

  @FunctionalInterface
  private interface Read<T> {
    T from(DataInputStream in) throws IOException;
  }

  private static byte[] bytes(Write write) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      write.to(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static <T> T read(byte[] bytes, Read<T> read) {
    try {
      return read.from(new DataInputStream(new ByteArrayInputStream(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Encoded encode(TopicId topic, long sequence, RoomEntry entry, long atMicros) {
    return switch (entry) {
      case RoomEntry.Said said ->
          encoded(SAID, entry, said.message().id(), atMicros, said.message(), List.of());
      case RoomEntry.Edited edited ->
          encoded(
              EDITED, entry, edited.key(), atMicros, edited.message(), rewrite(edited.message()));
      case RoomEntry.Deleted deleted ->
          encoded(
              DELETED,
              entry,
              deleted.key(),
              atMicros,
              deleted.message(),
              rewrite(deleted.message()));
      case RoomEntry.Reacted reacted ->
          encoded(
              REACTED,
              entry,
              reacted.key(),
              atMicros,
              reacted.message(),
              List.of(Amendment.ofBody(reacted.message().sequence(), body(reacted.message()))));
      case RoomEntry.RoomChanged changed ->
          encoded(ROOM, entry, atMicros, bytes(out -> state(out, changed.by(), changed.room())));
      case RoomEntry.MemberChanged changed ->
          encoded(
              MEMBER,
              entry,
              atMicros,
              bytes(
                  out -> {
                    profile(out, changed.by());
                    profile(out, changed.user());
                    out.writeUTF(changed.role() == null ? "" : changed.role().name());
                  }));
    };
  }

  private static Encoded encoded(
      int type,
      RoomEntry entry,
      String key,
      long atMicros,
      Message message,
      List<Amendment> amendments) {
    byte[] body =
        bytes(
            out -> {
              profile(out, entry.by());
              message(out, message);
            });
    String parent = message.replyTo().isEmpty() ? null : message.replyTo();
    Draft draft =
        new Draft(
            type,
            type == SAID,
            entry.by().id(),
            key.isEmpty() ? null : key,
            type == SAID ? parent : null,
            atMicros,
            body,
            null);
    return new Encoded(draft, amendments);
  }

  private static Encoded encoded(int type, RoomEntry entry, long atMicros, byte[] body) {
    return new Encoded(
        new Draft(type, false, entry.by().id(), null, null, atMicros, body, null), List.of());
  }

  private static List<Amendment> rewrite(Message message) {
    return List.of(new Amendment(message.sequence(), body(message), null));
  }

  private static byte[] body(Message message) {
    return bytes(
        out -> {
          profile(out, message.author());
          message(out, message);
        });
  }

  @Override
  public RoomEntry decode(TopicId topic, Entry entry) {
    String key = entry.key() == null ? "" : entry.key();
    return read(
        entry.body(),
        in -> {
          Profile by = profile(in);
          return switch (entry.type()) {
            case SAID -> new RoomEntry.Said(message(in));
            case EDITED -> new RoomEntry.Edited(by, key, message(in));
            case DELETED -> new RoomEntry.Deleted(by, key, message(in));
            case REACTED -> new RoomEntry.Reacted(by, key, message(in), "", false);
            case ROOM -> new RoomEntry.RoomChanged(by, state(in));
            case MEMBER -> {
              Profile user = profile(in);
              String role = in.readUTF();
              yield new RoomEntry.MemberChanged(
                  by, user, role.isEmpty() ? null : Role.valueOf(role));
            }
            default -> throw new IllegalStateException("type: " + entry.type());
          };
        });
  }

  @Override
  public byte[] encodeState(RoomState state) {
    Profile nobody = new Profile("", "", "", "");
    return bytes(out -> state(out, nobody, state));
  }

  @Override
  public RoomState decodeState(TopicId topic, byte[] state) {
    return read(
        state,
        in -> {
          profile(in);
          return state(in);
        });
  }

  private static void profile(DataOutputStream out, Profile profile) throws IOException {
    out.writeUTF(profile.id());
    out.writeUTF(profile.username());
    out.writeUTF(profile.displayName());
    out.writeUTF(profile.avatarUrl());
  }

  private static Profile profile(DataInputStream in) throws IOException {
    return new Profile(in.readUTF(), in.readUTF(), in.readUTF(), in.readUTF());
  }

  private static void state(DataOutputStream out, Profile by, RoomState room) throws IOException {
    profile(out, by);
    out.writeUTF(room.id());
    out.writeUTF(room.status().name());
    out.writeUTF(room.name());
    out.writeUTF(room.description());
    out.writeUTF(room.visibility().name());
    instant(out, room.createdAt());
    out.writeInt(room.directUsers().size());
    for (Profile user : room.directUsers()) {
      profile(out, user);
    }
  }

  private static RoomState state(DataInputStream in) throws IOException {
    return new RoomState(
        in.readUTF(),
        RoomState.Existence.valueOf(in.readUTF()),
        in.readUTF(),
        in.readUTF(),
        RoomState.Visibility.valueOf(in.readUTF()),
        instant(in),
        list(in, PlainRoomCodec::profile));
  }

  private static void message(DataOutputStream out, Message message) throws IOException {
    out.writeUTF(message.id());
    out.writeLong(message.sequence());
    profile(out, message.author());
    out.writeBoolean(message.content() != null);
    if (message.content() != null) {
      out.writeUTF(((Content.Text) message.content()).text());
    }
    instant(out, message.at());
    out.writeUTF(message.replyTo());
    strings(out, message.mentions());
    instant(out, message.editedAt() == null ? Instant.MIN : message.editedAt());
    out.writeLong(message.editSequence());
    instant(out, message.deletedAt() == null ? Instant.MIN : message.deletedAt());
    out.writeInt(message.reactions().size());
    for (Message.Reaction reaction : message.reactions()) {
      out.writeUTF(reaction.emoji());
      strings(out, reaction.users());
    }
  }

  private static Message message(DataInputStream in) throws IOException {
    String id = in.readUTF();
    long sequence = in.readLong();
    Profile author = profile(in);
    Content content = in.readBoolean() ? new Content.Text(in.readUTF()) : null;
    Instant at = instant(in);
    String replyTo = in.readUTF();
    List<String> mentions = list(in, from -> from.readUTF());
    Instant edited = instant(in);
    long editSequence = in.readLong();
    Instant deleted = instant(in);
    List<Message.Reaction> reactions =
        list(in, from -> new Message.Reaction(from.readUTF(), list(from, next -> next.readUTF())));
    return new Message(
        id,
        sequence,
        author,
        content,
        at,
        replyTo,
        mentions,
        edited.equals(Instant.MIN) ? null : edited,
        editSequence,
        deleted.equals(Instant.MIN) ? null : deleted,
        reactions);
  }

  private static void instant(DataOutputStream out, Instant instant) throws IOException {
    out.writeLong(instant.getEpochSecond());
    out.writeInt(instant.getNano());
  }

  private static Instant instant(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static void strings(DataOutputStream out, List<String> strings) throws IOException {
    out.writeInt(strings.size());
    for (String string : strings) {
      out.writeUTF(string);
    }
  }

  private static <T> List<T> list(DataInputStream in, Read<T> read) throws IOException {
    int size = in.readInt();
    List<T> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      list.add(read.from(in));
    }
    return list;
  }
}
