package dev.parley.storage.sqlite;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.parley.core.topic.Amendment;
import dev.parley.core.topic.Append;
import dev.parley.core.topic.Draft;
import dev.parley.core.topic.MemberChange;
import dev.parley.core.topic.Role;
import dev.parley.core.topic.Snapshot;
import dev.parley.core.topic.TopicId;
import dev.parley.core.user.Profile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Commits as bytes, for the log: the fields of the records, one after the other, in their order,
/// as [DataOutputStream] writes them. Lists and arrays begin with their length, -1 standing for
/// null.
final class CommitCodec {
  /// What the bytes begin with; another form gets another number.
  private static final int FORM = 1;

  /// About what the other fields of a record come to.
  private static final int FIELDS_BYTES = 64;

  private static final int NOTHING = -1;
  private static final int PUT = 0;
  private static final int REMOVE = 1;
  private static final int READ = 2;

  /// In an order of their own, so that what is on disk does not depend on that of the enum.
  private static final List<Role> ROLES = List.of(Role.MEMBER, Role.MODERATOR, Role.OWNER);

  private CommitCodec() {}

  private interface Writer<T> {
    void write(DataOutputStream out, T value) throws IOException;
  }

  private interface Reader<T> {
    T read(DataInputStream in) throws IOException;
  }

  static byte[] encode(List<Append> appends, List<Profile> profiles) {
    var bytes = new ByteArrayOutputStream(aboutBytes(appends));
    try (var out = new DataOutputStream(bytes)) {
      out.writeByte(FORM);
      writeList(out, appends, CommitCodec::writeAppend);
      writeList(out, profiles, CommitCodec::writeProfile);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is none in memory
    }
    return bytes.toByteArray();
  }

  /// About how long drafts will be, so that little is copied while they grow.
  private static int aboutBytes(List<Append> appends) {
    int bytes = FIELDS_BYTES;
    for (Append append : appends) {
      bytes += FIELDS_BYTES;
      for (Draft draft : append.drafts()) {
        bytes += FIELDS_BYTES + draft.body().length;
        bytes += length(draft.author()) + length(draft.key()) + length(draft.parent());
        bytes += length(draft.text());
      }
    }
    return bytes;
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /// The reverse of [#encode].
  ///
  /// @throws IOException if the bytes are not what it wrote
  static Commit decode(long number, byte[] bytes) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(bytes));
    int form = in.readByte();
    if (form != FORM) {
      throw new IOException("commit %d has form %d (expected: %d)".formatted(number, form, FORM));
    }
    Commit commit =
        new Commit(
            number, readList(in, CommitCodec::readAppend), readList(in, CommitCodec::readProfile));
    if (in.available() > 0) {
      throw new IOException("commit %d has %d bytes too many".formatted(number, in.available()));
    }
    return commit;
  }

  private static void writeAppend(DataOutputStream out, Append append) throws IOException {
    writeText(out, append.topic().kind());
    writeText(out, append.topic().name());
    out.writeLong(append.expectedLast());
    writeList(out, append.drafts(), CommitCodec::writeDraft);
    writeList(out, append.amendments(), CommitCodec::writeAmendment);
    writeList(out, append.members(), CommitCodec::writeChange);
    Snapshot snapshot = append.snapshot();
    out.writeBoolean(snapshot != null);
    if (snapshot != null) {
      out.writeLong(snapshot.sequence());
      writeBytes(out, snapshot.state());
    }
    Boolean listed = append.listed();
    out.writeByte(listed == null ? NOTHING : listed ? 1 : 0);
    out.writeBoolean(append.erased());
  }

  private static Append readAppend(DataInputStream in) throws IOException {
    TopicId topic = new TopicId(text(in), text(in));
    long expectedLast = in.readLong();
    List<Draft> drafts = readList(in, CommitCodec::readDraft);
    List<Amendment> amendments = readList(in, CommitCodec::readAmendment);
    List<MemberChange> members = readList(in, CommitCodec::readChange);
    Snapshot snapshot = in.readBoolean() ? new Snapshot(in.readLong(), bytes(in)) : null;
    byte listed = in.readByte();
    return new Append(
        topic,
        expectedLast,
        drafts,
        amendments,
        members,
        snapshot,
        listed == NOTHING ? null : Boolean.valueOf(listed == 1),
        in.readBoolean());
  }

  private static void writeDraft(DataOutputStream out, Draft draft) throws IOException {
    out.writeByte(draft.type());
    out.writeBoolean(draft.content());
    writeText(out, draft.author());
    writeText(out, draft.key());
    writeText(out, draft.parent());
    out.writeLong(draft.atMicros());
    writeBytes(out, draft.body());
    writeText(out, draft.text());
  }

  private static Draft readDraft(DataInputStream in) throws IOException {
    return new Draft(
        in.readByte(),
        in.readBoolean(),
        text(in),
        readText(in),
        readText(in),
        in.readLong(),
        bytes(in),
        readText(in));
  }

  private static void writeAmendment(DataOutputStream out, Amendment amendment) throws IOException {
    out.writeLong(amendment.sequence());
    writeBytes(out, amendment.body());
    out.writeBoolean(amendment.rewords());
    writeText(out, amendment.text());
  }

  private static Amendment readAmendment(DataInputStream in) throws IOException {
    return new Amendment(in.readLong(), bytes(in), in.readBoolean(), readText(in));
  }

  private static void writeChange(DataOutputStream out, MemberChange change) throws IOException {
    switch (change) {
      case MemberChange.Put put -> {
        out.writeByte(PUT);
        writeText(out, put.user());
        out.writeByte(ROLES.indexOf(put.role()));
        out.writeLong(put.atMicros());
      }
      case MemberChange.Remove remove -> {
        out.writeByte(REMOVE);
        writeText(out, remove.user());
      }
      case MemberChange.Read read -> {
        out.writeByte(READ);
        writeText(out, read.user());
        out.writeLong(read.sequence());
      }
    }
  }

  private static MemberChange readChange(DataInputStream in) throws IOException {
    int kind = in.readByte();
    String user = text(in);
    return switch (kind) {
      case PUT -> new MemberChange.Put(user, ROLES.get(in.readByte()), in.readLong());
      case REMOVE -> new MemberChange.Remove(user);
      case READ -> new MemberChange.Read(user, in.readLong());
      default -> throw new IOException("no change of members is of kind " + kind);
    };
  }

  private static void writeProfile(DataOutputStream out, Profile profile) throws IOException {
    writeText(out, profile.id());
    writeText(out, profile.username());
    writeText(out, profile.displayName());
    writeText(out, profile.avatarUrl());
  }

  private static Profile readProfile(DataInputStream in) throws IOException {
    return new Profile(text(in), text(in), text(in), text(in));
  }

  private static <T> void writeList(DataOutputStream out, List<T> values, Writer<T> writer)
      throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      writer.write(out, value);
    }
  }

  private static <T> List<T> readList(DataInputStream in, Reader<T> reader) throws IOException {
    int size = in.readInt();
    List<T> values = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      values.add(reader.read(in));
    }
    return values;
  }

  private static void writeText(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(NOTHING);
    } else {
      writeBytes(out, text.getBytes(UTF_8));
    }
  }

  private static @Nullable String readText(DataInputStream in) throws IOException {
    byte[] bytes = readBytes(in);
    return bytes == null ? null : new String(bytes, UTF_8);
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), UTF_8);
  }

  private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte @Nullable [] readBytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length == NOTHING) {
      return null;
    }
    if (length < 0 || length > in.available()) {
      throw new IOException(
          "a field of %d bytes, where %d are left".formatted(length, in.available()));
    }
    return in.readNBytes(length);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = readBytes(in);
    if (bytes == null) {
      throw new IOException("nothing (expected: a field)");
    }
    return bytes;
  }
}
